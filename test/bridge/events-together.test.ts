import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type EventQueueDependencies, planNextEvents, type PlanningOutcome } from '../../src/bridge/event-queue.ts';
import { startPlanning } from '../../src/bridge/planning-loop.ts';
import { createPlanningTurns, type PlanningTurns } from '../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../src/installations/planning-queries.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { eventually } from '../support/eventually.ts';
import { addShops, addStarts, plannedNames, readStart } from '../support/stored-starts.ts';
import { openTestDatabase } from '../support/test-database.ts';

/** What failed is not due again within the test, and however slow the machine, as many are taken as there are. */
const PATIENT = { retryBaseMs: 60_000, retryMaxMs: 60_000, longestMs: 60_000 };

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await addShops(database, [1, 2, 3]);
});
afterAll(() => database.close());
beforeEach(() => database.query('DELETE FROM event'));

/** For `ha-2` nothing can be planned. */
const dependencies = (changes: Partial<EventQueueDependencies> = {}): EventQueueDependencies => ({
  database,
  installations: {
    ...planningInstallations,
    async destinationIds(sql, installationId) {
      if (installationId === 'ha-2') throw new RangeError('this installation cannot be planned for');
      return planningInstallations.destinationIds(sql, installationId);
    },
  },
  readStoredEvent: readStart,
  ...changes,
});

async function outcomes(turns: PlanningTurns, count: number): Promise<PlanningOutcome['outcome'][]> {
  const all: PlanningOutcome['outcome'][] = [];
  for (let turn = 0; turn < count; turn += 1) all.push((await planNextEvents(dependencies(), turns)).outcome);
  return all;
}

test('One that is at fault keeps none of those from being planned that were taken with it, and only it is counted', async () => {
  await addStarts(database, 'ha-1', ['one', 'two']);
  await addStarts(database, 'ha-2', ['unfit']);
  await addStarts(database, 'ha-3', ['three']);
  const turns = createPlanningTurns(10, PATIENT);
  expect(await outcomes(turns, 1)).toEqual(['apart']);
  expect(await plannedNames(database)).toEqual([]);
  expect((await outcomes(turns, 4)).sort()).toEqual(['failed', 'planned', 'planned', 'planned']);
  expect(await plannedNames(database)).toEqual(['one', 'three', 'two']);
  const failures = `SELECT dedupe_key AS name, plan_failures FROM event WHERE plan_failures > 0`;
  expect(await database.query(failures)).toEqual([{ name: 'unfit', plan_failures: 1 }]);

  // When its turn comes again, it is alone with that, whoever plans then.
  await addStarts(database, 'ha-1', ['four', 'five']);
  await addStarts(database, 'ha-3', ['six', 'seven']);
  await database.query(`UPDATE event SET plan_after = now() WHERE dedupe_key = 'unfit'`);
  expect((await outcomes(createPlanningTurns(10, PATIENT), 3)).sort()).toEqual(['failed', 'planned', 'planned']);
  expect(await plannedNames(database)).toEqual(['five', 'four', 'one', 'seven', 'six', 'three', 'two']);
  expect(await database.query(failures)).toEqual([{ name: 'unfit', plan_failures: 2 }]);
});

test('Whoever waits for a turn has it before the one with the backlog has another', async () => {
  await addStarts(database, 'ha-1', ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  await addStarts(database, 'ha-3', ['c1']);
  const turns = createPlanningTurns(2, PATIENT);
  expect(await outcomes(turns, 2)).toEqual(['planned', 'planned']);
  expect(await plannedNames(database)).toEqual(['a1', 'a2', 'a3', 'c1']);
});

test('A transaction that has taken too long begins no more: what is left of it comes next', async () => {
  await addStarts(database, 'ha-1', ['first', 'second', 'third']);
  const turns = createPlanningTurns(10, { longestMs: 0 });
  for (const planned of [['first'], ['first', 'second'], ['first', 'second', 'third']]) {
    expect((await planNextEvents(dependencies(), turns)).outcome).toBe('planned');
    expect(await plannedNames(database)).toEqual(planned);
  }
});

test('Twenty that wait are planned in a few transactions, and each lane begins', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `many-${10 + index}`);
  await addStarts(database, 'ha-1', names);
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
  expect(
    await eventually(
      () => plannedNames(database),
      (done) => done.length === names.length,
    ),
  ).toEqual(names);
  await loop.stop();
  // As many as there are to take, and some in vain by planners that looked at the same time.
  expect(transactions).toBeLessThan(names.length);
  const lanes = `SELECT conversation_id AS id FROM lane WHERE conversation_id LIKE 'ha-1:many-%' ORDER BY conversation_id`;
  expect(await database.query(lanes)).toEqual(names.map((name) => ({ id: `ha-1:${name}` })));
});
