import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TAKE } from '../../src/bridge/event-queue.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

const PLANNED = 20_000;
const WAITING = 5_000;

/** One event for each conversation. */
const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, event_type, body, installation_id, conversation_id, plan_after)
SELECT 'id:' || n, n, 'webhook', 'accepted', 'conversation.started', '', 'ha-1', 'ha-1:' || n,
       CASE WHEN $3 THEN now() END
  FROM generate_series($1::int, $2::int) AS n`;

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  // PostgreSQL learns that hardly any event waits, and then many do: after an outage, before it looks again.
  await database.query(ADD, [1, PLANNED, false]);
  await database.query('ANALYZE event');
  await database.query(ADD, [PLANNED + 1, PLANNED + WAITING, true]);
});
afterAll(() => database.close());

test('When thousands of events wait, then the next one is found without a look at all the others', async () => {
  const rows = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${TAKE}`,
  );
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(100);
});
