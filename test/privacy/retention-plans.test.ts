import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database, Sql } from '../../src/persistence/database.ts';
import { FOR_THESE_VALUES } from '../../src/privacy/expired-batches.ts';
import {
  LOCK_CONVERSATIONS,
  LOCK_LANES,
  LOOK_AT_CONVERSATIONS,
  STAYING,
} from '../../src/privacy/expired-conversations.ts';
import { EMPTY_EVENTS, LOOK_AT_EVENTS } from '../../src/privacy/expired-events.ts';
import { FORGET_ACTIONS } from '../../src/privacy/expired-memories.ts';
import { KEPT_IN_CONVERSATIONS, KEPT_IN_EVENTS } from '../../src/privacy/kept-installations.ts';
import { openTestDatabase } from '../support/test-database.ts';

const EVENTS = 100_000;
const CONVERSATIONS = 20_000;
const SITES = 4;

// An event in ten is nobody's; half of all is a tombstone already. Ages from 200 days to none.
const ADD_EVENTS = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, received_at, erased_at)
SELECT 'id:' || n, n, 'webhook', 'accepted', convert_to(repeat('x', 200), 'UTF8'),
       CASE WHEN n % 10 > 0 THEN 'ha-' || n % $2::int END,
       CASE WHEN n % 10 > 0 THEN 'ha-' || n % $2::int || ':' || n / 5 END,
       now() - (1 - n / $1::float8) * interval '200 days', CASE WHEN n < $1::int / 2 THEN now() END
  FROM generate_series(1, $1::int) AS n`;
const ADD_CONVERSATIONS = `
INSERT INTO conversation (id, installation_id, channel, created_at, closed_at)
SELECT 'ha-' || n % $2::int || ':' || n, 'ha-' || n % $2::int, repeat('x', 300), now() - (1 - n / $1::float8) * interval '200 days',
       now() - (1 - n / $1::float8) * interval '199 days'
  FROM generate_series(1, $1::int) AS n`;
const ADD_LANES = `
INSERT INTO lane (id, installation_id, conversation_id, destination_id)
SELECT id || '/main', installation_id, id, 'main' FROM conversation`;
const ADD_ACTIONS = `
INSERT INTO profile_action (conversation_id, action, success, created_at)
SELECT id, 'NOTE', true, created_at FROM conversation LIMIT 2000`;

/** As many as a batch has. */
const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + n * SITES);
const textArray = (texts: string[]): string => `ARRAY[${texts.map((text) => `'${text}'`).join(', ')}]`;
const EVENT_IDS = `ARRAY[${numbers(EVENTS / 2, 500).join(', ')}]`;
const IDS = textArray(numbers(1, 50).map((n) => `ha-1:${n}`));
const LANES = textArray(numbers(1, 50).map((n) => `ha-1:${n}/main`));

/** Every statement of a sweep that reads a large table, with values as a batch has them, and the most 8 KiB it may read. */
const STATEMENTS: [string, string, string[], number][] = [
  ['installations with events', KEPT_IN_EVENTS, ['90'], 300],
  ['installations with conversations', KEPT_IN_CONVERSATIONS, ['90'], 300],
  ['the next events', LOOK_AT_EVENTS.ofOne, [`'ha-1'`, '90', '0'], 1_000],
  ['the next events of no installation', LOOK_AT_EVENTS.ofNone, ['NULL', '90', '0'], 1_000],
  // Each has an entry in five indexes.
  ['events to be emptied', EMPTY_EVENTS, [EVENT_IDS], 20_000],
  ['the next conversations', LOOK_AT_CONVERSATIONS, [`'ha-1'`, '90', `'-infinity'`, `''`], 300],
  ['conversations to be locked', LOCK_CONVERSATIONS, [IDS], 1_000],
  ['their lanes', LOCK_LANES, [IDS], 1_000],
  ['those that stay', STAYING, [IDS, '90', IDS, LANES], 1_000],
  ['profile actions of none', FORGET_ACTIONS, ['90'], 10_000],
];

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.query(ADD_EVENTS, [EVENTS, SITES]);
  await database.query(ADD_CONVERSATIONS, [CONVERSATIONS, SITES]);
  await database.query(ADD_LANES);
  await database.query(ADD_ACTIONS);
  for (const table of ['event', 'conversation', 'lane', 'profile_action']) await database.query(`ANALYZE ${table}`);
});
afterAll(() => database.close());

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

const withParts = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(withParts)];

/** What PostgreSQL does in a batch. Nothing of it stays done. */
async function carryOut(sql: Sql, statement: string, values: string[]): Promise<Plan> {
  await sql.query(FOR_THESE_VALUES);
  await sql.query(`PREPARE swept AS ${statement}`);
  await sql.query('SAVEPOINT before');
  const explained = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE swept (${values.join(', ')})`;
  const [row] = await sql.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(explained);
  await sql.query('ROLLBACK TO before');
  await sql.query('DEALLOCATE swept');
  return row!['QUERY PLAN'][0].Plan;
}

test.each(STATEMENTS)('Among many rows, %s are found without a look at all', async (_what, statement, values, most) => {
  const plan = await database.transaction((sql) => carryOut(sql, statement, values));
  const scans = withParts(plan).filter((part) => part['Node Type'] === 'Seq Scan');
  const scanned = scans.map((part) => part['Relation Name'] ?? '');
  expect(scanned.filter((table) => ['event', 'conversation', 'lane'].includes(table))).toEqual([]);
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(most);
});
