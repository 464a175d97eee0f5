import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type EventQueueDependencies, planNextEvents, type PlanningOutcome } from '../../src/bridge/event-queue.ts';
import { startPlanning } from '../../src/bridge/planning-loop.ts';
import { createPlanningTurns, type PlanningTurns } from '../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../src/installations/planning-queries.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/test-database.ts';

const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
VALUES ($1, $1, 'webhook', 'accepted', convert_to($1, 'UTF8'), $2, $2 || ':' || $1, now())`;

/** What failed is not due again within the test. */
const SLOWLY = { retryBaseMs: 60_000, retryMaxMs: 60_000 };

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.query(
    `INSERT INTO installation (id, platform, website_id, label, settings, secrets, client_id)
     SELECT 'ha-' || n, 'ha', n, 'Shop', '{"destinations":[{"id":"a"}]}', '', 1 FROM generate_series(1, 3) AS n`,
  );
});
afterAll(() => database.close());
beforeEach(() => database.query('DELETE FROM event'));

/** A start each, whose conversation the tables will not have where its body says so. */
const dependencies = (changes: Partial<EventQueueDependencies> = {}): EventQueueDependencies => ({
  database,
  installations: {
    ...planningInstallations,
    async destinationIds(sql, installationId) {
      if (installationId === 'ha-2') throw new RangeError('this installation cannot be planned for');
      return planningInstallations.destinationIds(sql, installationId);
    },
  },
  readStoredEvent: (_source, _type, body) => ({
    event: { kind: 'conversation-started', conversationId: Buffer.from(body).toString(), occurredAt: new Date() },
    clientId: undefined,
  }),
  ...changes,
});

async function add(installationId: string, names: string[]): Promise<void> {
  for (const name of names) await database.query(ADD, [name, installationId]);
}

const planned = async (): Promise<string[]> => {
  const done = `SELECT dedupe_key AS name FROM event WHERE planned_at IS NOT NULL ORDER BY dedupe_key`;
  return (await database.query<{ name: string }>(done)).map(({ name }) => name);
};

async function outcomes(turns: PlanningTurns, count: number): Promise<PlanningOutcome['outcome'][]> {
  const all: PlanningOutcome['outcome'][] = [];
  for (let turn = 0; turn < count; turn += 1) all.push((await planNextEvents(dependencies(), turns)).outcome);
  return all;
}

test('One that is at fault keeps none of those from being planned that were taken with it, and only it is counted', async () => {
  await add('ha-1', ['one', 'two']);
  await add('ha-2', ['unfit']);
  await add('ha-3', ['three']);
  const turns = createPlanningTurns(10, SLOWLY);
  expect(await outcomes(turns, 1)).toEqual(['apart']);
  expect(await planned()).toEqual([]);
  expect((await outcomes(turns, 4)).sort()).toEqual(['failed', 'planned', 'planned', 'planned']);
  expect(await planned()).toEqual(['one', 'three', 'two']);
  const failures = `SELECT dedupe_key AS name, plan_failures FROM event WHERE plan_failures > 0`;
  expect(await database.query(failures)).toEqual([{ name: 'unfit', plan_failures: 1 }]);

  // When its turn comes again, it is alone with that, whoever plans then.
  await add('ha-1', ['four', 'five']);
  await add('ha-3', ['six', 'seven']);
  await database.query(`UPDATE event SET plan_after = now() WHERE dedupe_key = 'unfit'`);
  expect((await outcomes(createPlanningTurns(10, SLOWLY), 3)).sort()).toEqual(['failed', 'planned', 'planned']);
  expect(await planned()).toEqual(['five', 'four', 'one', 'seven', 'six', 'three', 'two']);
  expect(await database.query(failures)).toEqual([{ name: 'unfit', plan_failures: 2 }]);
});

test('Whoever waits for a turn has it before the one with the backlog has another', async () => {
  await add('ha-1', ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  await add('ha-3', ['c1']);
  const turns = createPlanningTurns(2);
  expect(await outcomes(turns, 2)).toEqual(['planned', 'planned']);
  expect(await planned()).toEqual(['a1', 'a2', 'a3', 'c1']);
});

test('Twenty that wait are planned in a few transactions, and each lane begins', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `many-${10 + index}`);
  await add('ha-1', names);
  let transactions = 0;
  const counting: Database = {
    ...database,
    transaction: (work, limitMs) => {
      transactions += 1;
      return database.transaction(work, limitMs);
    },
  };
  const logger = createLogger({ level: 'silent' });
  const loop = startPlanning({
    ...dependencies({ database: counting }),
    onPlanned: () => undefined,
    logger,
    timings: undefined,
  });
  expect(await eventually(planned, (done) => done.length === names.length)).toEqual(names);
  await loop.stop();
  // As many as there are to take, and some in vain by planners that looked at the same time.
  expect(transactions).toBeLessThan(names.length);
  const lanes = `SELECT conversation_id AS id FROM lane WHERE conversation_id LIKE 'ha-1:many-%' ORDER BY conversation_id`;
  expect(await database.query(lanes)).toEqual(names.map((name) => ({ id: `ha-1:${name}` })));
});
