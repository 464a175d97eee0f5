import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Lease } from '../../../src/bridge/delivery.ts';
import { enqueue } from '../../../src/bridge/enqueue.ts';
import { listenerOf } from '../../../src/bridge/ensure-listener.ts';
import type { ConfiguredDestination } from '../../../src/bridge/lane-context.ts';
import { readOnce } from '../../../src/bridge/listener-reading.ts';
import { type ListenerLease, ListenerLostError } from '../../../src/bridge/listener-store.ts';
import { createLaneStore } from '../../../src/bridge/lane-store.ts';
import { createReadingStore, type ReadingResult, type ReadingStore } from '../../../src/bridge/reading-store.ts';
import { createSettlementStore } from '../../../src/bridge/settlement-store.ts';
import { createRemoteRecords, type RemoteRecords } from '../../../src/compose-listening.ts';
import type { Database, Sql } from '../../../src/persistence/database.ts';
import { createSecretBox } from '../../../src/persistence/secret-box.ts';
import { eventually } from '../../support/eventually.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { testConfig } from '../../support/test-environment.ts';
import { createHealthStore } from '../../../src/bridge/health-store.ts';
import { createLogger } from '../../../src/observability/logger.ts';

let database: Database;
let records: RemoteRecords;
let readings: ReadingStore;

beforeAll(async () => {
  database = await openTestDatabase();
  const config = testConfig();
  records = createRemoteRecords(database, createSecretBox(config.ENCRYPTION_KEYS), config);
  readings = createReadingStore(database, records.sealed, records.messages);
});
afterAll(() => database.close());

const LONG_MS = 60_000;

/** A lane with an open chat and its listener, as a start leaves them. `alongside`: before its commit. */
async function openChat(
  conversation: string,
  listensPerChat = true,
  alongside?: (sql: Sql) => Promise<void>,
): Promise<string> {
  const lane = { installationId: 'ha-1', conversationId: `ha-1:${conversation}`, destinationId: 'd' };
  const lease: Lease = { ...lane, laneId: `${lane.conversationId}/d`, fencing: '0' };
  const configured = { destination: { receiver: {} }, capabilities: { listensPerChat } };
  const start = { key: 'start', kind: 'start', payload: { startUnheard: false } } as const;
  const deliveries = [start, { key: 'end', kind: 'end', payload: {} } as const];
  await database.transaction((sql) => enqueue(sql, lane, deliveries, null));
  const head = await createLaneStore(database).head(lease);
  await createSettlementStore(database).settle({
    lease,
    delivery: head!.delivery,
    settlement: { to: 'delivered' },
    chat: {
      ...records.chats.seal(lease, { remoteId: `remote-${conversation}`, state: {} }, {}),
      listener: listenerOf(lease, configured as unknown as ConfiguredDestination),
    },
    ...(alongside && { alongside }),
  });
  return lease.laneId;
}

async function claim(owner: string, id: string, leaseMs = LONG_MS): Promise<ListenerLease | undefined> {
  const { leases } = await records.listeners.claim(owner, { most: 100, perInstallation: 1_000, leaseMs });
  return leases.find((lease) => lease.id === id);
}

const claimed = (owner: string, id: string, leaseMs?: number): Promise<ListenerLease> =>
  eventually(
    () => claim(owner, id, leaseMs),
    (lease) => lease !== undefined,
  ) as Promise<ListenerLease>;

function resultWith(laneId: string, text: string, more: Partial<ReadingResult> = {}): ReadingResult {
  const message = {
    kind: 'message' as const,
    remoteId: 'r',
    key: text,
    author: { role: 'agent' as const },
    text,
    files: [],
  };
  const cursors = new Map([[laneId, text]]);
  return { messages: [{ laneId, message }], ends: [], cursors, finished: [], pauseMs: 0, ...more };
}

const textsOf = async (laneId: string): Promise<string[]> =>
  (await records.messages.list([laneId], 100)).map(({ text }) => text);

test('When the owner of a listener wakes up after it was taken over, then nothing of its late reading is stored', async () => {
  const laneId = await openChat('late');
  const old = await claimed('one', laneId, 100);
  const current = await claimed('two', laneId);
  const ends = [{ laneId, reason: 'ended' as const }];
  await expect(readings.store(old, resultWith(laneId, 'late', { ends }), LONG_MS)).rejects.toThrow(ListenerLostError);
  const failure = { code: 'chat-over', pauseMs: 0, gone: [laneId], finished: [laneId] };
  await expect(readings.fail(old, failure, LONG_MS)).rejects.toThrow(ListenerLostError);
  expect(await textsOf(laneId)).toEqual([]);
  expect(await readings.load(current)).toMatchObject([{ laneId, endedForMs: undefined, cursor: undefined }]);

  await readings.store(current, resultWith(laneId, 'current'), LONG_MS);
  expect(await textsOf(laneId)).toEqual(['current']);
  expect(await readings.load(current)).toMatchObject([{ cursor: 'current' }]);
});

test('A listener that is leased is claimed by nobody else, and one that was given back at once', async () => {
  const laneId = await openChat('leased');
  const lease = await claimed('one', laneId);
  expect(await claim('two', laneId)).toBeUndefined();
  await records.listeners.release([lease]);
  expect(await claim('two', laneId)).toBeDefined();
});

test('One statement renews every lease, and tells which are lost and which were hinted at', async () => {
  const ids = await Promise.all(['renew-1', 'renew-2', 'renew-3'].map((name) => openChat(name)));
  const { leases } = await records.listeners.claim('one', { most: 100, perInstallation: 1_000, leaseMs: LONG_MS });
  const [kept, lost, over] = ids.map((id) => leases.find((lease) => lease.id === id)!) as [
    ListenerLease,
    ListenerLease,
    ListenerLease,
  ];
  await records.listeners.release([lost]);
  await claimed('two', lost.id);
  await readings.store(over, resultWith(ids[2]!, 'bye', { finished: [ids[2]!] }), LONG_MS);
  const hintedAt = await records.listeners.hint('ha-1', 'd');
  const found = await records.listeners.renew([kept, lost, over], LONG_MS);
  const byId = new Map(found.map((one) => [one.id, one]));
  expect(byId.get(kept.id)).toMatchObject({ held: true });
  expect(new Date(byId.get(kept.id)!.hintedAt!)).toEqual(new Date(hintedAt!));
  expect(byId.get(lost.id)).toMatchObject({ held: false });
  expect(byId.get(over.id)).toMatchObject({ held: false });
});

test('A listener of many chats stays until the last of them is over, and a new chat brings it back', async () => {
  const [first, second] = [await openChat('many-1', false), await openChat('many-2', false)];
  const lease = await claimed('one', 'ha-1/d');
  expect((await readings.load(lease)).map((chat) => chat.laneId)).toEqual(expect.arrayContaining([first, second]));
  const others = (await readings.load(lease)).map((chat) => chat.laneId).filter((id) => id !== first);
  expect(await readings.store(lease, resultWith(first, 'x', { finished: others }), LONG_MS)).toMatchObject({
    over: false,
  });
  expect(await readings.store(lease, resultWith(first, 'y', { finished: [first] }), LONG_MS)).toMatchObject({
    over: true,
  });
  const third = await openChat('many-3', false);
  const again = await claimed('two', 'ha-1/d');
  expect((await readings.load(again)).map((chat) => chat.laneId)).toEqual([third]);
  await records.listeners.release([again]);
});

test('A listener that finds nothing left to read stays while one more chat of its queue is being stored', async () => {
  const last = await openChat('queue-1', false);
  const lease = await claimed('one', 'ha-1/d');
  const finished = (await readings.load(lease)).map((chat) => chat.laneId);
  let reading: Promise<unknown> | undefined;
  let isOver = false;
  const waits = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
  const next = await openChat('queue-2', false, async (sql) => {
    reading = readings.store(lease, resultWith(last, 'bye', { finished }), LONG_MS).finally(() => (isOver = true));
    // On the embedded database one comes after the other.
    if (database.kind === 'embedded') return;
    const isWaiting = async (): Promise<boolean> => isOver || (await sql.query(waits)).length > 0;
    await eventually(isWaiting, (waiting) => waiting);
  });
  expect(await reading).toMatchObject({ over: false });
  expect((await readings.load(lease)).map((chat) => chat.laneId)).toEqual([next]);
  expect(await readings.store(lease, resultWith(next, 'bye', { finished: [next] }), LONG_MS)).toMatchObject({
    over: true,
  });
});

test('Workers that claim at the same moment never get more than an installation may have', async () => {
  const waiting = await Promise.all(Array.from({ length: 12 }, (_, index) => openChat(`bound-${index}`)));
  await database.query(`UPDATE listener SET lease_until = NULL, lease_owner = NULL`);
  const limits = { most: 100, perInstallation: 5, leaseMs: LONG_MS };
  const turns = await Promise.all(
    Array.from({ length: 8 }, (_, index) => records.listeners.claim(`worker-${index}`, limits)),
  );
  expect(waiting).toHaveLength(12);
  expect(turns.flatMap(({ leases }) => leases)).toHaveLength(5);
  const { waiting: told } = await records.listeners.claim('late', limits);
  expect(told).toMatchObject([{ installationId: 'ha-1', held: 5 }]);
});

test('Whoever reads all chats of a destination is claimed before many that read one, unless it just did', async () => {
  await Promise.all(Array.from({ length: 4 }, (_, index) => openChat(`single-${index}`)));
  await openChat('of-all', false);
  const claimsTheWholeQueue = async (lastRead: string) => {
    await database.query(`UPDATE listener SET lease_until = NULL, lease_owner = NULL, last_read_at = NULL`);
    await database.query(`UPDATE listener SET last_read_at = now() - $1::interval WHERE lane_id IS NULL`, [lastRead]);
    const { leases } = await records.listeners.claim('one', { most: 1, perInstallation: 1_000, leaseMs: LONG_MS });
    return leases.map(({ laneId }) => laneId === undefined);
  };
  expect(await claimsTheWholeQueue('6 seconds')).toEqual([true]);
  expect(await claimsTheWholeQueue('0 seconds')).toEqual([false]);
});

test('While a lane is being settled, its chat is read and stored', async () => {
  const laneId = await openChat('both-at-once');
  const listener = await claimed('one', laneId);
  const [lane] = (await createLaneStore(database).claim('one', 100, LONG_MS)).filter((one) => one.laneId === laneId);
  const delivery = lane && (await createLaneStore(database).head(lane))?.delivery;
  if (!lane || !delivery) throw new Error('there is nothing to settle');
  const result = resultWith(laneId, 'last words', { cursors: new Map([[laneId, 1]]), finished: [laneId] });
  let reading: Promise<unknown> | undefined;
  await createSettlementStore(database).settle({
    lease: lane,
    delivery,
    settlement: { to: 'delivered' },
    async alongside(sql) {
      reading = readings.store(listener, result, LONG_MS);
      // On the embedded database one comes after the other.
      if (database.kind === 'postgres') await reading;
      await records.chats.close(sql, lane, 'ended');
    },
  });
  expect(await reading).toMatchObject({ newMessages: 1, over: true });
});

test('A listener whose chat is not to be read any more is gone with its next reading', async () => {
  const laneId = await openChat('long-over');
  const listener = await claimed('one', laneId);
  await database.query(
    `UPDATE remote_chat SET status = 'ended', ended_at = now() - interval '1 hour' WHERE lane_id = $1`,
    [laneId],
  );
  const delivery = { breakerFailures: 3, breakerIntervalMs: LONG_MS };
  const configured = { destination: { receiver: {} }, capabilities: { listensPerChat: true }, delivery };
  const outcome = await readOnce(
    listener,
    { failures: 0, readWell: new Set(), opened: new Map() },
    new AbortController().signal,
    {
      openConfigured: async () => configured as unknown as ConfiguredDestination,
      chats: records.chats,
      readings,
      health: createHealthStore(database),
      logger: createLogger({ level: 'silent' }),
      leaseMs: LONG_MS,
      readingLimitMs: LONG_MS,
      onDatabase: (work) => work(),
    },
  );
  expect(outcome).toMatchObject({ over: true });
});
