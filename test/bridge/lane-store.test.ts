import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Delivery, type Lease, LeaseLostError } from '../../src/bridge/delivery.ts';
import { enqueue } from '../../src/bridge/enqueue.ts';
import { createLaneStore, type LaneStore } from '../../src/bridge/lane-store.ts';
import { createSettlementStore, type SettlementStore } from '../../src/bridge/settlement-store.ts';
import type { Database } from '../../src/persistence/database.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
let lanes: LaneStore;
let settlements: SettlementStore;

beforeAll(async () => {
  database = await openTestDatabase();
  lanes = createLaneStore(database);
  settlements = createSettlementStore(database);
});
afterAll(() => database.close());

const LONG_LEASE_MS = 60_000;
const PASSED_OVER = { to: 'skipped', reason: 'skipped-by-operator' } as const;

async function plan(conversation: string, ...texts: string[]): Promise<void> {
  const lane = { installationId: 'ha-1', conversationId: `ha-1:${conversation}`, destinationId: 'd' };
  const deliveries = texts.map((text) => ({
    key: text,
    kind: 'message' as const,
    payload: { author: 'visitor' as const, text },
  }));
  await database.transaction((sql) => enqueue(sql, lane, deliveries, '1'));
}

/** Claims everything due and keeps the lane asked for; the other lanes of this file are left leased. */
async function claim(owner: string, conversation: string, leaseMs = LONG_LEASE_MS): Promise<Lease | undefined> {
  const leases = await lanes.claim(owner, 100, leaseMs);
  return leases.find((lease) => lease.conversationId === `ha-1:${conversation}`);
}

async function headOf(lease: Lease | undefined): Promise<{ lease: Lease; delivery: Delivery }> {
  const delivery = lease && (await lanes.head(lease))?.delivery;
  if (!lease || !delivery) throw new Error('there is nothing at the head of the lane');
  return { lease, delivery };
}

const keyOf = async (lease: Lease | undefined): Promise<string> => (await headOf(lease)).delivery.key;

test('Deliveries come one at a time, in their order, and planning them again adds nothing', async () => {
  await plan('order', 'a', 'b', 'c');
  await plan('order', 'a', 'b', 'c');
  const seen: string[] = [];
  for (;;) {
    const lease = await claim('one', 'order');
    if (!lease) break;
    const head = await headOf(lease);
    seen.push(head.delivery.key);
    await settlements.settle({ ...head, settlement: { to: 'delivered' } });
  }
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('A leased lane is claimed by nobody else, and by somebody else once the lease has ended', async () => {
  await plan('lease', 'a');
  const first = await claim('one', 'lease', 150);
  expect(first).toBeDefined();
  expect(await claim('two', 'lease')).toBeUndefined();
  const second = await eventually(
    () => claim('two', 'lease'),
    (lease) => lease !== undefined,
  );
  expect(Number(second?.fencing)).toBeGreaterThan(Number(first?.fencing));
});

test('A renewed lease outlives its first end', async () => {
  await plan('renew', 'a');
  const lease = await claim('one', 'renew', 200);
  await lanes.renew([lease!], LONG_LEASE_MS);
  await plan('renew-clock', 'a');
  const clock = await claim('one', 'renew-clock', 250);
  // When the other lease, which was to end later, has ended, this one still holds.
  await eventually(
    () => claim('two', 'renew-clock'),
    (other) => other !== undefined && other.fencing !== clock?.fencing,
  );
  const begun = await lanes.beginAttempt(lease!, (await headOf(lease)).delivery, 'one', {});
  expect(begun).toMatch(/^\d+$/);
});

test('When a worker wakes up after its lane was taken over, then none of its writes go through', async () => {
  await plan('fencing', 'a', 'b');
  const old = await headOf(await claim('one', 'fencing', 100));
  const current = await eventually(
    () => claim('two', 'fencing'),
    (lease) => lease !== undefined,
  );
  await expect(lanes.beginAttempt(old.lease, old.delivery, 'one', {})).rejects.toThrow(LeaseLostError);
  await expect(settlements.settle({ ...old, settlement: { to: 'delivered' } })).rejects.toThrow(LeaseLostError);
  expect(await keyOf(current)).toBe('a');
  expect((await headOf(current)).delivery.status).toBe('pending');
});

test('When a lease has ended and nobody took the lane yet, then no attempt may begin either', async () => {
  await plan('ended', 'a');
  const head = await headOf(await claim('one', 'ended', 30));
  await plan('ended-clock', 'a');
  const clock = await claim('one', 'ended-clock', 60);
  await eventually(
    () => claim('two', 'ended-clock'),
    (other) => other !== undefined && other.fencing !== clock?.fencing,
  );
  await expect(lanes.beginAttempt(head.lease, head.delivery, 'one', {})).rejects.toThrow(LeaseLostError);
});

test('A retry holds its successors back', async () => {
  await plan('retry', 'a', 'b');
  const head = await headOf(await claim('one', 'retry'));
  await settlements.settle({ ...head, settlement: { to: 'pending', retryInMs: 2_000, reason: 'unreachable' } });
  expect(await claim('one', 'retry')).toBeUndefined();
  await plan('retry', 'c');
  expect(await claim('one', 'retry')).toBeUndefined();
  const again = await eventually(
    () => claim('one', 'retry'),
    (lease) => lease !== undefined,
  );
  expect((await headOf(again)).delivery).toMatchObject({ key: 'a', failures: 1, status: 'pending' });
});

test('A parked head stops its lane, also for what is planned later', async () => {
  await plan('parked', 'a');
  const head = await headOf(await claim('one', 'parked'));
  await settlements.settle({ ...head, settlement: { to: 'parked', reason: 'credentials-refused' } });
  await plan('parked', 'b');
  expect(await claim('one', 'parked')).toBeUndefined();
});

test('What a delivery turns out to consist of takes its place in the lane', async () => {
  await plan('parts', 'a', 'z');
  const head = await headOf(await claim('one', 'parts'));
  const part = (key: string) => ({ key, kind: 'message' as const, payload: { author: 'visitor' as const, text: key } });
  await settlements.settle({ ...head, settlement: { to: 'delivered', parts: [part('a1'), part('a2')] } });
  const seen: string[] = [];
  for (let lease = await claim('one', 'parts'); lease; lease = await claim('one', 'parts')) {
    const next = await headOf(lease);
    seen.push(next.delivery.key);
    await settlements.settle({ ...next, settlement: { to: 'delivered' } });
  }
  expect(seen).toEqual(['a1', 'a2', 'z']);
});

test('Many workers claim each lane exactly once', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, index) => plan(`many-${index}`, 'a')));
  const claims = await Promise.all(
    Array.from({ length: 8 }, (_, index) => lanes.claim(`worker-${index}`, 10, LONG_LEASE_MS)),
  );
  const claimed = claims.flat().filter((lease) => lease.conversationId.startsWith('ha-1:many-'));
  expect(claimed).toHaveLength(30);
  expect(new Set(claimed.map((lease) => lease.laneId)).size).toBe(30);
});

test.each(['delivered', 'uncertain'] as const)(
  'When the answer to the commit of "%s" was lost, then writing another outcome changes nothing',
  async (to) => {
    await plan(`settled-${to}`, 'a', 'b');
    const head = await headOf(await claim('one', `settled-${to}`));
    const settlement = to === 'delivered' ? { to } : { to, reason: 'no-answer' as const };
    await settlements.settle({ ...head, settlement });
    const guess = { to: 'pending', retryInMs: 0, reason: 'unexpected-error' } as const;
    await expect(settlements.settle({ ...head, settlement: guess })).rejects.toThrow(LeaseLostError);
    const next = await claim('one', `settled-${to}`);
    if (to === 'delivered') expect(await keyOf(next)).toBe('b');
    else expect(next).toBeUndefined();
  },
);

test('A call late in its attempt is confirmed while the lease holds, and its age counts from then', async () => {
  await plan('confirm', 'a');
  const lease = await claim('one', 'confirm');
  const { delivery } = await headOf(lease);
  const id = await lanes.beginAttempt(lease!, delivery, 'one', {});
  await database.query(`UPDATE attempt SET started_at = now() - interval '1 hour' WHERE id = $1`, [id]);
  const ageOf = async (): Promise<number | undefined> => (await headOf(lease)).delivery.orphanedForMs;
  expect(await ageOf()).toBeGreaterThanOrEqual(3_600_000);
  await lanes.confirmAttempt(lease!, id);
  expect(await ageOf()).toBeLessThan(600_000);
  await database.query(`UPDATE lane SET lease_until = now() WHERE id = $1`, [lease?.laneId]);
  await expect(lanes.confirmAttempt(lease!, id)).rejects.toThrow(LeaseLostError);
});

test('Equal texts that arrived are told apart from those that were passed over in doubt', async () => {
  await plan('equal', 'ok');
  const address = { installationId: 'ha-1', conversationId: 'ha-1:equal', destinationId: 'd' };
  const say = (key: string) => ({ key, kind: 'message' as const, payload: { author: 'visitor' as const, text: 'ok' } });
  await database.transaction((sql) => enqueue(sql, address, ['ok-2', 'ok-3', 'ok-4'].map(say), '1'));
  const settle = async (outcome: 'delivered' | 'unknown' | 'refused'): Promise<Lease> => {
    const lease = await claim('one', 'equal');
    const head = await headOf(lease);
    const id = await lanes.beginAttempt(head.lease, head.delivery, 'one', { hash: 'ok' });
    const settlement = outcome === 'delivered' ? ({ to: outcome } as const) : PASSED_OVER;
    await settlements.settle({ ...head, settlement, attempt: { id, outcome: { outcome } } });
    return head.lease;
  };
  await settle('delivered');
  await settle('unknown');
  const lease = await settle('refused');
  expect(await lanes.countEqual(lease, 'ok')).toEqual({ equalBefore: 1, maybeBefore: 1 });
});
