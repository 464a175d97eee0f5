import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planNextEvents } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { addShops, addStarts, readStart } from '../../support/stored-starts.ts';
import { openOneSession } from '../../support/test-database.ts';

/** After five times PostgreSQL keeps the plan of a prepared statement. */
const TIMES = 8;
const TOGETHER = 5;
const MANY = 20_000;

const ADD_PLANNED = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id)
SELECT 'old-' || n, n, 'webhook', 'accepted', '', 'ha-1', 'ha-1:old-' || n FROM generate_series(1, $1::int) AS n`;

let database: Database;
beforeAll(async () => {
  database = await openOneSession(() => undefined);
  await addShops(database, [1]);
});
afterAll(() => database.close());

/** Rows that were read by going through the whole table, up to now. */
async function rowsGoneThrough(): Promise<number> {
  await database.query('SELECT pg_stat_force_next_flush()');
  const figure = `SELECT seq_tup_read::int AS rows FROM pg_stat_user_tables WHERE relname = 'event'`;
  return (await database.query<{ rows: number }>(figure))[0]?.rows ?? NaN;
}

async function planSome(round: number): Promise<void> {
  const names = Array.from({ length: TOGETHER }, (_, index) => `${round}-${index}`);
  await addStarts(database, 'ha-1', names);
  const dependencies = { database, installations: planningInstallations, readStoredEvent: readStart };
  const planned = await planNextEvents(dependencies, createPlanningTurns(TOGETHER, { longestMs: 60_000 }));
  expect(planned).toEqual({ outcome: 'planned', nextInMs: undefined });
}

test('What was prepared while the table of events was empty does not go through all of it once it has grown', async () => {
  for (let round = 0; round < TIMES; round += 1) await planSome(round);
  await database.query(ADD_PLANNED, [MANY]);
  const before = await rowsGoneThrough();
  for (let round = TIMES; round < 2 * TIMES; round += 1) await planSome(round);
  expect((await rowsGoneThrough()) - before).toBeLessThan(MANY);
});
