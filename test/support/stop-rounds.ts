import { setTimeout as pause } from 'node:timers/promises';
import { createSender } from '../simulators/iadvize-sender.ts';
import type { ChatStage } from './chat-stage.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { SECRET } from './test-environment.ts';

export interface StoppableService {
  admin(path: string): Promise<unknown>;
  /** Asks it to stop; resolves when it has. */
  stop(): Promise<void>;
}

export interface StopRounds {
  stage: ChatStage;
  rounds: number;
  /** Starts the service at that port, with website 1 installed in its database. */
  start(port: number): Promise<StoppableService>;
}

export interface StopResult {
  conversations: number[];
  /** How long every stop took, in ms, quickest first. */
  tookMs: number[];
  /** Attempts, each of every delivery, of which nobody knew the end. */
  inDoubt: object[];
}

/** After this the service ends whatever is in flight. In ms. */
export const GRACE_MS = 9_000;
export const STOP_TEXTS = ['one', 'two', 'two', 'three'];

const PER_ROUND = 4;
const ANSWER_MS = 40;
/** The load's moments at which it is stopped, one after the other. In ms. */
const MOMENTS = [0, 15, 40, 75, 120, 180, 260];

/** Stops the service again and again with events coming in and messages on their way, then lets it finish. */
export async function stopUnderLoad({ stage, rounds, start }: StopRounds): Promise<StopResult> {
  const port = await freePort();
  const targetUrl = `http://127.0.0.1:${port}/iadvize/webhooks`;
  // It retries into the next life.
  const sender = createSender({ targetUrl, secret: SECRET, retryDelaysMs: Array.from({ length: 100 }, () => 300) });
  const late = { match: { method: 'POST', path: /./ }, times: Infinity, kind: 'delay-after' as const, ms: ANSWER_MS };
  for (const { faults } of [stage.thulium, stage.xm]) faults.add(late);

  const conversations: number[] = [];
  const talking: Promise<unknown>[] = [];
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const service = await start(port);
    for (let count = 0; count < PER_ROUND; count += 1) {
      const id = conversations.push(conversations.length + 1);
      const { started, closed } = stage.conversation(1, id, STOP_TEXTS);
      talking.push(sender.send(started).then(() => sender.send(closed)));
    }
    const before = stage.thulium.ledger.entries().length;
    await stage.thulium.ledger.waitFor((entries) => entries.length > before, { timeoutMs: 60_000 });
    await pause(MOMENTS[round % MOMENTS.length]);
    const askedAt = performance.now();
    await service.stop();
    tookMs.push(Math.round(performance.now() - askedAt));
  }

  const service = await start(port);
  for (const { faults } of [stage.thulium, stage.xm]) faults.clear();
  await Promise.all(talking);
  // One after the other: looking at all of them all the time would keep the simulators from answering.
  for (const id of conversations) {
    const seen = (): string[][][] => [stage.seenInThulium(id), stage.seenInXm(id)];
    await eventually(seen, (chats) => chats.every(isOver), 120_000);
  }
  const inDoubt = await attemptsInDoubt(service, conversations);
  await service.stop();
  sender.close();
  return { conversations, tookMs: tookMs.sort((a, b) => a - b), inDoubt };
}

const isOver = (chats: string[][]): boolean => chats.at(-1)?.at(-1) === '(end)';

interface Timeline {
  timeline: { kind: string; outcome?: string | null }[];
}

/** A delivery that was in doubt and then settled shows it in an earlier attempt than its last. */
export async function attemptsInDoubt(
  service: Pick<StoppableService, 'admin'>,
  conversations: readonly number[],
): Promise<object[]> {
  const inDoubt: object[] = [];
  for (const id of conversations) {
    const { timeline } = (await service.admin(`/conversations/${encodeURIComponent(`ha-1:${id}`)}`)) as Timeline;
    const attempts = timeline.filter(({ kind }) => kind === 'attempt');
    if (attempts.length === 0) throw new Error(`conversation ${id} shows no attempt: nothing was judged`);
    inDoubt.push(...attempts.filter(({ outcome }) => outcome === 'unknown'));
  }
  return inDoubt;
}
