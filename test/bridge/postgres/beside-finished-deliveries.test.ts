import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enqueue } from '../../../src/bridge/enqueue.ts';
import { createLaneStore } from '../../../src/bridge/lane-store.ts';
import { createReadingStore } from '../../../src/bridge/reading-store.ts';
import { createRemoteRecords } from '../../../src/compose-listening.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { createSecretBox } from '../../../src/persistence/secret-box.ts';
import { openOneSession } from '../../support/test-database.ts';
import { testConfig } from '../../support/test-environment.ts';

/** So many that looking through all of them would be seen. */
const FINISHED = 5_000;

let database: Database;

beforeAll(async () => {
  // Of one session, so that what it counts is told at its command. With the plan of a process that has run for a while.
  database = await openOneSession((url) => url.searchParams.set('options', '-c plan_cache_mode=force_generic_plan'));
  // PostgreSQL is not told how many there are: as after a day's first rush.
  await database.query(`ALTER TABLE delivery SET (autovacuum_enabled = false)`);
  await database.query(`
    INSERT INTO lane (id, installation_id, conversation_id, destination_id)
    SELECT 'ha-1:' || n || '/a', 'ha-1', 'ha-1:' || n, 'a' FROM generate_series(1, ${FINISHED}) AS n`);
  await database.query(`
    INSERT INTO delivery (lane_id, key, position, kind, payload, status, open, content_hash)
    SELECT id, 'start', 1, 'message', '{}', 'delivered', false, 'hash' FROM lane`);
});
afterAll(() => database.close());

async function rowsRead(): Promise<number> {
  await database.query(`SELECT pg_stat_force_next_flush()`);
  const [row] = await database.query<{ rows: number }>(
    `SELECT sum(idx_tup_read)::int AS rows FROM pg_stat_user_indexes WHERE relname = 'delivery'`,
  );
  return row?.rows ?? NaN;
}

test('However many deliveries are finished, an attempt and a comparison read those of their own lane', async () => {
  const address = { installationId: 'ha-1', conversationId: 'ha-1:1', destinationId: 'a' };
  const message = { key: 'new', kind: 'message', payload: { author: 'notice', text: 'x' } } as const;
  await database.transaction((sql) => enqueue(sql, address, [message], null));
  const lanes = createLaneStore(database);
  const [lease] = await lanes.claim('one', 1, 60_000);
  if (!lease) throw new Error('no lane was due');
  const head = await lanes.head(lease);
  if (!head) throw new Error('the lane has nothing to do');
  const config = testConfig();
  const { sealed, messages } = createRemoteRecords(database, createSecretBox(config.ENCRYPTION_KEYS), config);
  const readings = createReadingStore(database, sealed, messages);
  const before = await rowsRead();
  await lanes.beginAttempt(lease, head.delivery, 'one', { hash: 'hash' });
  expect(await lanes.countEqual(lease, 'hash')).toEqual({ equalBefore: 1, maybeBefore: 0 });
  expect(await readings.countSent(lease.laneId, 'hash')).toBe(2);
  expect((await rowsRead()) - before).toBeLessThan(50);
});
