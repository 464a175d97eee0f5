import { createSender, type Sender } from '../simulators/iadvize-sender.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { startChatStage } from './chat-stage.ts';
import { asOneService, type Role, type RunningService } from './running-service.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { openStorage, type Storage } from './storage.ts';
import { SECRET } from './test-environment.ts';

/** Long enough for whatever a test does to the service meanwhile; the platform itself gives up sooner. */
const PATIENT_RETRIES_MS = Array.from({ length: 60 }, () => 500);

/** Of several processes together: PostgreSQL's own limit is a hundred, and other tests run beside this one. */
const CONNECTIONS = 30;

export interface ProcessWorldOptions {
  storage?: Storage;
  /** Of both chat systems. */
  settings?: object;
}

/** Processes of the service on one database, between simulators. `environment` holds for all of them. */
export async function startProcessWorld(
  environment: NodeJS.ProcessEnv = {},
  { storage: given, settings }: ProcessWorldOptions = {},
) {
  const stage = await startChatStage(settings);
  const storage = given ?? (await openStorage());
  const running: ServiceProcess[] = [];
  const balancers: Balancer[] = [];
  const senders: Sender[] = [];

  async function start(changes: NodeJS.ProcessEnv = {}, imports: string[] = []): Promise<ServiceProcess> {
    const all = { ...storage.environment, ...stage.environment, ...environment, ...changes };
    const service = await startServiceProcess(all, 'src/main.ts', imports);
    running.push(service);
    return service;
  }

  return {
    stage,
    /** Where the processes find their database, unless they are told otherwise. */
    storage: storage.environment,
    start,
    /** As many processes as there are roles, behind one address. */
    async startAs(
      roles: readonly Role[],
      changes: NodeJS.ProcessEnv = {},
      imports: string[] = [],
    ): Promise<RunningService> {
      const share = roles.length > 1 && { DATABASE_CONNECTIONS: String(Math.floor(CONNECTIONS / roles.length)) };
      const own = { ...share, ...environment, ...changes };
      const processes = await Promise.all(roles.map((ROLE) => start({ ...own, ROLE }, imports)));
      const takeCalls = processes.filter((_process, index) => roles[index] !== 'worker');
      const balancer = await startBalancer(takeCalls.map(({ url }) => Number(new URL(url).port)));
      balancers.push(balancer);
      return asOneService(processes, roles, balancer);
    },
    async install(
      service: Pick<ServiceProcess, 'admin'>,
      ...what: Parameters<typeof stage.installation>
    ): Promise<void> {
      const answer = await service.admin('POST', '/installations', stage.installation(...what));
      if (answer.status !== 201) throw new Error(`installing failed: ${await answer.text()}`);
    },
    /** iAdvize, calling there. */
    sender(
      service: Pick<ServiceProcess, 'url'>,
      options: { retryDelaysMs?: number[]; timeoutMs?: number } = {},
    ): Sender {
      const targetUrl = `${service.url}/iadvize/webhooks`;
      const sender = createSender({ targetUrl, secret: SECRET, retryDelaysMs: PATIENT_RETRIES_MS, ...options });
      senders.push(sender);
      return sender;
    },
    async stop(): Promise<void> {
      for (const sender of senders) sender.close();
      for (const service of running) await service.end('SIGKILL');
      for (const balancer of balancers) await balancer.close();
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
