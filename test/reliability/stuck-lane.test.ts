import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { eventually } from '../support/eventually.ts';

const OTHERS = 120;
const AT_ONCE = 4;
const RETRY_FOR_MS = 3_000;
/**
 * What a busy machine adds to one run and not to the next. Whoever waited for the stuck lane would wait for its pauses,
 * which are longer.
 */
const PAUSE_MS = 1_000;
const NOISE_MS = 400;
/** Of the quiet website: what nobody waits for. */
const INTERVAL_MS = 6_000;
const BREAKER_FAILURES = 3;

let world: ReplayWorld;
beforeAll(async () => {
  world = await startReplayWorld();
  const retries = { retryBaseMs: PAUSE_MS, retryMaxMs: PAUSE_MS, retryForMs: RETRY_FOR_MS };
  await world.install(1, [world.thuliumDestination({ ...retries, breakerIntervalMs: INTERVAL_MS })]);
  const breaker = { breakerFailures: BREAKER_FAILURES, breakerIntervalMs: INTERVAL_MS };
  await world.install(2, [world.thuliumDestination(breaker)]);
});
afterEach(() => world.thulium.faults.clear());
afterAll(() => world.stop());

const emailOf = (conversationId: number): string => `ana${conversationId}@example.org`;

/** A conversation whose chat can never be started: the chat system answers 500 and does nothing. */
async function beginStuck(website = 1) {
  const stuck = world.conversation(['hello'], website);
  const match = ({ query }: { query: URLSearchParams }): boolean =>
    query.get('client_email') === emailOf(stuck.conversationId);
  world.thulium.faults.add({ match, times: Infinity, kind: 'status', status: 500 });
  await world.sender.send(stuck.started());
  await world.sender.send(stuck.closed());
  await failsAgain(1);
  return stuck;
}

const failedTries = (): number => world.thulium.requests.entries().filter(({ status }) => status === 500).length;

/** So many times more. */
async function failsAgain(times: number): Promise<void> {
  const before = failedTries();
  await eventually(failedTries, (count) => count >= before + times);
}

/** How long one start is on its way, in ms by the two ledgers. */
async function wayOfOne(website: number): Promise<number> {
  const { conversationId, started } = world.conversation([], website);
  expect((await world.sender.send(started())).accepted).toBe(true);
  const acceptedAt = Date.now();
  const start = await eventually(
    () => world.thulium.ledger.entries().find((e) => e.kind === 'start' && e.client_email === emailOf(conversationId)),
    (entry) => entry !== undefined,
  );
  return Date.parse(start!.at) - acceptedAt;
}

/** How long the others' starts are on their way, a few at a time, in ms by the two ledgers, sorted. */
async function waysOfOthers(): Promise<number[]> {
  const ways: number[] = [];
  async function oneAfterTheOther(): Promise<void> {
    for (let count = 0; count < OTHERS / AT_ONCE; count += 1) ways.push(await wayOfOne(1));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
  return ways.sort((a, b) => a - b);
}

const p95 = (sorted: readonly number[]): number => sorted[Math.ceil(sorted.length * 0.95) - 1]!;

test('A lane that gets 500 for ever keeps no other waiting, ends parked, and nothing of it overtakes', async () => {
  await waysOfOthers();
  const calm = p95(await waysOfOthers());
  const stuck = await beginStuck();
  const beside = p95(await waysOfOthers());
  expect(beside).toBeLessThan(1.1 * calm + NOISE_MS);

  expect(await world.with(stuck, 'parked')).toMatchObject({ kind: 'start', reason: 'retries-exhausted' });
  const behind = (await world.deliveries(stuck.id)).filter(({ kind }) => kind !== 'start');
  expect(behind.length).toBeGreaterThan(0);
  for (const delivery of behind) expect(delivery).toMatchObject({ status: 'pending', attempts: 0 });
  expect(world.starts(stuck.conversationId)).toBe(0);
});

test('Nor does it where hardly anything else is written: it alone opens no breaker, however often it fails', async () => {
  const stuck = await beginStuck(2);
  for (let one = 0; one < 4; one += 1) {
    await failsAgain(2 * BREAKER_FAILURES);
    expect(await wayOfOne(2)).toBeLessThan(INTERVAL_MS / 3);
  }
  expect(world.service.logs()).not.toContain('breaker-opened');
  expect(world.starts(stuck.conversationId)).toBe(0);
});
