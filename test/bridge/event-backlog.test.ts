import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { takeUpTo } from '../../src/bridge/event-take.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

const PLANNED = 20_000;
const WAITING = 5_000;

/** One event for each conversation of that website. */
const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, event_type, body, installation_id, conversation_id, plan_after)
SELECT $4 || ':' || n, n, 'webhook', 'accepted', 'conversation.started', '', $4, $4 || ':' || n, CASE WHEN $3 THEN now() END
  FROM generate_series($1::int, $2::int) AS n`;

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  // PostgreSQL learns that hardly any event waits, and then many do: after an outage, before it looks again.
  await database.query(ADD, [1, PLANNED, false, 'ha-1']);
  await database.query('ANALYZE event');
  await database.query(ADD, [PLANNED + 1, PLANNED + WAITING, true, 'ha-1']);
  await database.query(ADD, [1, 1, true, 'ha-2']);
});
afterAll(() => database.close());

/** The pages that are read for the next ones. */
async function pagesRead(most: number, last: string, resting: string[]): Promise<number> {
  const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${takeUpTo(most)}`;
  const rows = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(explain, [last, resting]);
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

test.each(['before', 'after'])(
  'When thousands of events wait, then the next ones are found without a look at all the others, %s PostgreSQL knows of them',
  async (when) => {
    if (when === 'after') await database.query('ANALYZE event');
    const first = `SELECT id::text FROM event WHERE plan_after IS NOT NULL ORDER BY id LIMIT 50`;
    const resting = (await database.query<{ id: string }>(first)).map(({ id }) => id);
    // The round begins, goes on behind the one with the backlog, and begins again behind the last.
    for (const last of ['', 'ha-1', 'ha-2', 'ha-3']) {
      expect(await pagesRead(1, last, [])).toBeLessThan(100);
      expect(await pagesRead(1, last, resting)).toBeLessThan(100);
      // Each needs a few of its own.
      expect(await pagesRead(10, last, [])).toBeLessThan(250);
      expect(await pagesRead(10, last, resting)).toBeLessThan(250);
    }
  },
);
