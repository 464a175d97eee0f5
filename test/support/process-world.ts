import { createSender, type Sender } from '../simulators/iadvize-sender.ts';
import { startChatStage } from './chat-stage.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { openStorage, type Storage } from './storage.ts';
import { SECRET } from './test-environment.ts';

/** Long enough for whatever a test does to the service meanwhile; the platform itself gives up sooner. */
const PATIENT_RETRIES_MS = Array.from({ length: 60 }, () => 500);

/** Processes of the service on one database, between simulators. `environment` holds for all of them. */
export async function startProcessWorld(environment: NodeJS.ProcessEnv = {}, given?: Storage) {
  const stage = await startChatStage();
  const storage = given ?? (await openStorage());
  const running: ServiceProcess[] = [];
  const senders: Sender[] = [];

  return {
    stage,
    /** Where the processes find their database, unless they are told otherwise. */
    storage: storage.environment,
    async start(changes: NodeJS.ProcessEnv = {}, imports: string[] = []): Promise<ServiceProcess> {
      const all = { ...storage.environment, ...stage.environment, ...environment, ...changes };
      const service = await startServiceProcess(all, 'src/main.ts', imports);
      running.push(service);
      return service;
    },
    async install(service: ServiceProcess, ...what: Parameters<typeof stage.installation>): Promise<void> {
      const answer = await service.admin('POST', '/installations', stage.installation(...what));
      if (answer.status !== 201) throw new Error(`installing failed: ${await answer.text()}`);
    },
    /** iAdvize, calling that process. */
    sender(service: ServiceProcess, options: { retryDelaysMs?: number[]; timeoutMs?: number } = {}): Sender {
      const targetUrl = `${service.url}/iadvize/webhooks`;
      const sender = createSender({ targetUrl, secret: SECRET, retryDelaysMs: PATIENT_RETRIES_MS, ...options });
      senders.push(sender);
      return sender;
    },
    async stop(): Promise<void> {
      for (const sender of senders) sender.close();
      for (const service of running) await service.end('SIGKILL');
      await stage.close();
      await storage.remove();
    },
  };
}

export type ProcessWorld = Awaited<ReturnType<typeof startProcessWorld>>;

/** Start and close of a conversation with these texts, one after the other; true when both were taken over. */
export async function converse(
  { stage }: Pick<ProcessWorld, 'stage'>,
  sender: Sender,
  told: { websiteId: number; conversationId: number; texts: string[] },
): Promise<boolean> {
  const { started, closed } = stage.conversation(told.websiteId, told.conversationId, told.texts);
  const start = await sender.send(started);
  const close = await sender.send(closed);
  return start.accepted && close.accepted;
}
