import { once } from 'node:events';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startChatStage } from './chat-stage.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { openStorage } from './storage.ts';
import { SECRET } from './test-environment.ts';

/** The platform's two retries, spread so that the second comes after the slowest restart. */
const RETRY_DELAYS_MS = [8_000, 12_000];

/** Writes that the chat systems' simulators carry out at once. */
const WRITES = /\/(start|message|stop|guests|messages|chats|events)$/;
/** Longer than it takes to die inside the call, shorter than the call may take. */
const LATE_ANSWER_MS = 1_000;

/** The service in processes of its own that die and come back at the same address, on one database, between simulators. */
export async function startCrashWorld() {
  const stage = await startChatStage();
  const systems = [stage.thulium, stage.xm, stage.servicepattern];
  const storage = await openStorage();
  const port = await freePort();
  const environment = { ...storage.environment, ...stage.environment, PORT: String(port) };
  const sender = createSender({
    targetUrl: `http://127.0.0.1:${port}/iadvize/webhooks`,
    secret: SECRET,
    retryDelaysMs: RETRY_DELAYS_MS,
  });
  let service: ServiceProcess | undefined;
  let hook: string | undefined;

  /** `crashAt`: the point that lies in it, asleep. */
  async function start(crashAt?: string): Promise<void> {
    await service?.end('SIGTERM');
    hook = crashAt;
    const hooked = crashAt === undefined ? {} : { NODE_ENV: 'test', CRASH_AT: crashAt };
    service = await startServiceProcess({ ...environment, ...hooked });
  }

  async function statusesOf(conversationId: number): Promise<string[]> {
    const answer = await service?.admin('GET', `/deliveries?limit=200&conversation=${conversationId}`);
    const { items } = (await answer?.json()) as { items: { status: string; position: number }[] };
    return items.sort((one, other) => one.position - other.position).map(({ status }) => status);
  }

  return {
    start,
    async install(...what: Parameters<typeof stage.installation>): Promise<void> {
      const answer = await service?.admin('POST', '/installations', stage.installation(...what));
      if (answer?.status !== 201) throw new Error('installing failed');
    },
    /** From here on the service dies at that point. */
    async arm(crashAt: string): Promise<void> {
      if (hook !== crashAt) await start(crashAt);
      const heard = once(service!.child.stderr!, 'data');
      service!.child.kill('SIGUSR2');
      await heard;
    },
    /** Resolves when the service died at its point. */
    async death(): Promise<void> {
      if (service?.hasEnded() === false) await once(service.child, 'exit');
    },
    keepAnswersBack: () => {
      const late = { match: { method: 'POST', path: WRITES }, times: Infinity, kind: 'delay-after' as const };
      for (const { faults } of systems) faults.add({ ...late, ms: LATE_ANSWER_MS });
    },
    answerAtOnce: () => systems.forEach(({ faults }) => faults.clear()),
    /**
     * Sends start and close of a conversation with these texts, one after the other; true when both were taken over.
     * `settled`: the close waits until the start is through in every chat system, so that nothing else is struck.
     */
    async converse(websiteId: number, conversationId: number, texts: string[], settled: boolean): Promise<boolean> {
      const told = stage.conversation(websiteId, conversationId, texts);
      const started = await sender.send(told.started);
      if (settled) await eventually(() => statusesOf(conversationId), isThrough);
      const closed = await sender.send(told.closed);
      return started.accepted && closed.accepted;
    },
    seenInThulium: stage.seenInThulium,
    seenInXm: stage.seenInXm,
    seenInServicepattern: stage.seenInServicepattern,
    statusesOf,
    async stop(): Promise<void> {
      sender.close();
      await service?.end('SIGKILL');
      await stage.close();
      await storage.remove();
    },
  };
}

export type CrashWorld = Awaited<ReturnType<typeof startCrashWorld>>;

const isThrough = (statuses: string[]): boolean =>
  statuses.length > 0 && statuses.every((status) => status === 'delivered');
