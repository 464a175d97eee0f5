import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enqueue } from '../../src/bridge/enqueue.ts';
import { createHealthStore, type HealthStore } from '../../src/bridge/health-store.ts';
import { createLaneStore } from '../../src/bridge/lane-store.ts';
import type { Database } from '../../src/persistence/database.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/test-database.ts';

const BREAKER = { afterFailures: 3, intervalMs: 500 };

let database: Database;
let health: HealthStore;
beforeAll(async () => {
  database = await openTestDatabase();
  health = createHealthStore(database);
});
afterAll(() => database.close());

const scopeOf = (destinationId: string) => ({ installationId: 'ha-1', destinationId, type: 'any' });

async function open(destinationId: string, breaker = BREAKER) {
  const scope = scopeOf(destinationId);
  const opened: boolean[] = [];
  for (let count = 0; count < 5; count += 1) opened.push((await health.failed(scope, 'no-answer', breaker)).opened);
  return { scope, opened };
}

const admittedAmong = async (scope: ReturnType<typeof scopeOf>, askers: number): Promise<number> => {
  const answers = await Promise.all(Array.from({ length: askers }, () => health.admit(scope, BREAKER.intervalMs)));
  return answers.filter(({ admitted }) => admitted).length;
};

test('A destination without a history is called, and its successes are not written down', async () => {
  expect(await health.admit(scopeOf('new'), 300)).toEqual({ admitted: true, troubled: false });
});

test('The breaker opens once, at the last of so many failures in a row', async () => {
  // Longer than any machine takes for what comes now.
  const { scope, opened } = await open('opens', { ...BREAKER, intervalMs: 60_000 });
  expect(opened).toEqual([false, false, true, false, false]);
  expect(await admittedAmong(scope, 8)).toBe(0);
});

test('A success in between starts the count anew', async () => {
  const scope = scopeOf('counts');
  const fails = async (): Promise<boolean> => (await health.failed(scope, 'no-answer', BREAKER)).opened;
  for (const expected of [false, false]) expect(await fails()).toBe(expected);
  expect(await health.admit(scope, 300)).toEqual({ admitted: true, troubled: true });
  expect(await health.wrote(scope)).toBe(false);
  for (const expected of [false, false, true]) expect(await fails()).toBe(expected);
});

test('What one lane fails at in a row counts once, whatever lane it is; behind an open breaker every try counts', async () => {
  const scope = scopeOf('lanes');
  const fails = async (laneId: string) => (await health.failed({ ...scope, laneId }, 'server-error', BREAKER)).opened;
  for (const laneId of ['a', 'a', 'a', 'a', 'b', 'b']) expect(await fails(laneId)).toBe(false);
  await health.wrote(scope);
  for (const laneId of ['b', 'b', 'a']) expect(await fails(laneId)).toBe(false);
  expect(await fails('b')).toBe(true);
  for (const laneId of ['b', 'b', 'a']) expect(await fails(laneId)).toBe(false);
});

test('Whoever fails is told when somebody may try again, and nothing while the breaker is closed', async () => {
  const scope = scopeOf('tells');
  const fails = async () => (await health.failed(scope, 'no-answer', { ...BREAKER, intervalMs: 60_000 })).nextTrialInMs;
  expect([await fails(), await fails()]).toEqual([undefined, undefined]);
  // Kept to the millisecond.
  expect(Math.round((await fails()) ?? 0)).toBe(60_000);
  const later = await eventually(fails, (ms) => Math.round(ms ?? 0) < 60_000);
  expect(later).toBeLessThan(60_000);
  expect(later).toBeGreaterThan(30_000);
});

test('Trouble that names its end counts as a failure, and nobody calls before', async () => {
  const scope = scopeOf('named');
  const startedAt = Date.now();
  await health.failed(scope, 'server-error', BREAKER, { forMs: 300, spreadMs: 0 });
  expect(await admittedAmong(scope, 4)).toBe(0);
  // A failure that names none does not shorten it.
  await health.failed(scope, 'no-answer', BREAKER);
  await eventually(
    () => admittedAmong(scope, 4),
    (count) => count === 4,
  );
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(295);
  expect((await health.failed(scope, 'no-answer', BREAKER)).opened).toBe(true);
});

test('Of all who ask when the interval is over one may try, in every interval', async () => {
  const { scope } = await open('tries');
  const startedAt = Date.now();
  for (const round of [1, 2, 3]) {
    const count = await eventually(
      () => admittedAmong(scope, 8),
      (admitted) => admitted > 0,
    );
    expect(count).toBe(1);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(round * BREAKER.intervalMs - 5);
  }
});

test('Being readable lets the next one try at once, being written to sets all free', async () => {
  const { scope } = await open('recovers');
  expect(await health.read(scope)).toBe(true);
  expect(await admittedAmong(scope, 8)).toBe(1);
  expect(await health.wrote(scope)).toBe(true);
  expect(await admittedAmong(scope, 8)).toBe(8);
  expect(await health.read(scope)).toBe(false);
});

test('One that is down concerns no other, in the same installation or with the same name', async () => {
  await open('down');
  expect(await health.admit(scopeOf('up'), 300)).toMatchObject({ admitted: true });
  const namesake = { ...scopeOf('down'), installationId: 'ha-2' };
  expect(await health.admit(namesake, 300)).toMatchObject({ admitted: true });
});

test('One that asks for patience is not down, and is asked by nobody until then', async () => {
  const { scope } = await open('throttles');
  const startedAt = Date.now();
  await health.throttled(scope, 200, 0);
  // A shorter time that another worker was told does not shorten it.
  await health.throttled(scope, 1, 0);
  expect(await admittedAmong(scope, 4)).toBe(0);
  await eventually(
    () => admittedAmong(scope, 4),
    (count) => count === 4,
  );
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(150);
});

test('After it, its lanes come back one by one and not all at once; other lanes never waited', async () => {
  const lanes = createLaneStore(database);
  const plan = (conversationId: string, destinationId: string) =>
    database.transaction((sql) =>
      enqueue(
        sql,
        { installationId: 'ha-1', conversationId, destinationId },
        [{ key: 'a', kind: 'message', payload: { author: 'visitor', text: 'a' } }],
        null,
      ),
    );
  for (let index = 0; index < 20; index += 1) await plan(`ha-1:${index}`, 'spread');
  await plan('ha-1:other', 'free');
  await health.throttled(scopeOf('spread'), 500, 1_000);
  const claimed = await lanes.claim('worker', 50, 60_000);
  expect(claimed.map(({ conversationId }) => conversationId)).toEqual(['ha-1:other']);
  const moments: number[] = [];
  const startedAt = Date.now();
  await eventually(
    async () => {
      const leases = await lanes.claim('worker', 50, 60_000);
      moments.push(...leases.map(() => Date.now() - startedAt));
      return moments.length;
    },
    (count) => count === 20,
  );
  expect(moments[0]).toBeGreaterThanOrEqual(300);
  expect(moments.at(-1)! - moments[0]!).toBeGreaterThan(400);
  expect(new Set(moments).size).toBeGreaterThan(5);
});
