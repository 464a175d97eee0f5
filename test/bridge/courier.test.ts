import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startCourier } from '../../src/bridge/courier.ts';
import type { Lease } from '../../src/bridge/delivery.ts';
import type { LaneHead } from '../../src/bridge/lane-head.ts';
import type { Places } from '../../src/bridge/lane-store.ts';
import { createLogger } from '../../src/observability/logger.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time passes here when the test says so, and never so much that somebody polls. */
beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

interface Claim {
  places: Places;
  limit: number;
  answer(leases: Lease[]): void;
}

/** A courier whose claims and settlements are answered by the test. */
function startAnswered() {
  const claims: Claim[] = [];
  const settling: (() => void)[] = [];
  const head = { delivery: { id: '1', kind: 'message', status: 'pending' } } as LaneHead;
  const lanes = {
    claim: (_owner: string, limit: number, _leaseMs: number, places: Places) =>
      new Promise<Lease[]>((answer) => claims.push({ places, limit, answer })),
    head: () => Promise.resolve(head),
    dueInMs: () => Promise.resolve(undefined),
  };
  const dependencies = {
    database: { kind: 'postgres' },
    lanes,
    worker: 'worker',
    settlements: { settle: () => new Promise<boolean>((resolve) => settling.push(() => resolve(false))) },
    // What is settled at once, without a chat system.
    forLease: () => ({ openConfigured: () => Promise.resolve('removed') }),
  };
  const courier = startCourier(
    dependencies as unknown as Parameters<typeof startCourier>[0],
    createLogger({ level: 'silent' }),
  );
  return { claims, settling, courier };
}

const leases = (count: number): Lease[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ laneId: `ha-1:${index}/toy`, installationId: 'ha-1', conversationId: `ha-1:${index}`, destinationId: 'toy' },
    fencing: '1',
  }));

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo() && turn < 100; turn += 1) await nextTurn();
  expect(isSo()).toBe(true);
}

/** Until it is so, while a millisecond passes with each turn: enough for the next claim, and far from the next poll. */
async function soon(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo() && turn < 200; turn += 1) {
    await nextTurn();
    jest.advanceTimersByTime(1);
  }
  expect(isSo()).toBe(true);
}

async function ends(courier: ReturnType<typeof startCourier>): Promise<void> {
  let stopped = false;
  void courier.stop().then(() => (stopped = true));
  await soon(() => stopped);
}

test('Places that become free while a claim is under way are given out with the next one, not at the next poll', async () => {
  const { claims, settling, courier } = startAnswered();
  let given = 0;
  for (let claim = 1; ; claim += 1) {
    await soon(() => claims.length === claim);
    const { places, limit, answer } = claims[claim - 1]!;
    // One destination alone gets as many places as it leaves free.
    const inFlight = Math.max(0, ...places.inFlight.values());
    const allowed = Math.min(limit, Math.floor((places.free - inFlight) / 2));
    if (allowed === 0) break;
    answer(leases(allowed));
    given += allowed;
  }
  const claimed = claims.length;

  await until(() => settling.length === given);
  for (const settle of settling) settle();
  await nextTurn();
  claims.at(-1)!.answer([]);
  await soon(() => claims.length === claimed + 1);
  expect(claims.at(-1)!.places.inFlight.size).toBe(0);

  claims.at(-1)!.answer([]);
  await ends(courier);
});

test('A claim that brought all that it may is followed by the next one at once', async () => {
  const { claims, settling, courier } = startAnswered();
  await until(() => claims.length === 1);
  claims[0]!.answer(leases(claims[0]!.limit));
  await until(() => claims.length === 2);
  claims[1]!.answer([]);
  await until(() => settling.length === claims[0]!.limit);
  for (const settle of settling) settle();
  await ends(courier);
});

test('Whoever wakes it right after a claim that brought less shares one claim with all who do', async () => {
  const { claims, courier } = startAnswered();
  await until(() => claims.length === 1);
  courier.wake();
  claims[0]!.answer([]);
  for (let wake = 0; wake < 50; wake += 1) {
    courier.wake();
    await nextTurn();
  }
  expect(claims).toHaveLength(1);
  await soon(() => claims.length === 2);
  claims[1]!.answer([]);
  await passes(100);
  expect(claims).toHaveLength(2);
  await ends(courier);
});

/** So many ms pass, one with each turn. */
async function passes(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1) {
    await nextTurn();
    jest.advanceTimersByTime(1);
  }
}

/** A worker who has ten of 64 places free, and asks for them. */
async function startNearlyFull() {
  const started = startAnswered();
  const { claims, settling } = started;
  for (let claim = 1; claim <= 4; claim += 1) {
    await until(() => claims.length === claim);
    claims[claim - 1]!.answer(leases(claims[claim - 1]!.limit));
  }
  await until(() => settling.length === 64);
  for (const settle of settling.splice(0, 10)) {
    settle();
    await nextTurn();
  }
  expect(claims).toHaveLength(4);
  await soon(() => claims.length === 5);
  expect(claims[4]!.limit).toBe(10);
  return started;
}

test('A worker whose places are nearly all taken does not claim for each that becomes free', async () => {
  const { claims, settling, courier } = await startNearlyFull();
  // Of what is due, nobody may have a tenth place: that much is told again with each event, and seldom looked for.
  claims[4]!.answer([]);
  await nextTurn();
  for (let wake = 0; wake < 8; wake += 1) {
    courier.wake();
    await passes(10);
  }
  expect(claims).toHaveLength(5);
  await soon(() => claims.length === 6);
  claims[5]!.answer([]);
  for (const settle of settling) settle();
  await ends(courier);
});

test('After a claim in vain it waits no longer once there is room for all that a claim may bring', async () => {
  const { claims, settling, courier } = await startNearlyFull();
  claims[4]!.answer([]);
  await nextTurn();
  for (const settle of settling.splice(0, 10)) settle();
  await passes(50);
  expect(claims).toHaveLength(6);
  expect(claims[5]!.limit).toBe(16);
  claims[5]!.answer([]);
  for (const settle of settling) settle();
  await ends(courier);
});
