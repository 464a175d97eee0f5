import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planNextEvents } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';

// Not since just now: the column rounds to whole milliseconds, up as well.
const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
VALUES ($1, $1, 'webhook', 'accepted', '', 'ha-1', $2, now() - interval '1 ms')`;

let database: Database;
beforeAll(async () => void (database = await openTestDatabase()));
afterAll(() => database.close());

/** Plans the next event; `beforeCommit` happens when everything is written and nothing can be seen yet. */
async function plan(beforeCommit?: () => Promise<unknown>): Promise<string> {
  const slowly: Database = {
    ...database,
    transaction: (work, limitMs) =>
      database.transaction(async (sql) => {
        const result = await work(sql);
        await beforeCommit?.();
        return result;
      }, limitMs),
  };
  // Bytes that mean nothing any more are done with at once.
  const dependencies = { database: slowly, installations: planningInstallations, readStoredEvent: () => undefined };
  const result = await planNextEvents(dependencies, createPlanningTurns(1));
  if (result.outcome !== 'planned') return result.outcome;
  if (result.nextInMs === undefined) return 'planned, none waits';
  return result.nextInMs <= 0 ? 'planned, another is due' : 'planned, another is held';
}

test('When an event comes while the one before it is being committed, then whoever was woken for it is not needed', async () => {
  await database.query(ADD, ['first', 'ha-1:1']);
  let woken: string | undefined;
  const first = await plan(async () => {
    await database.query(ADD, ['second', 'ha-1:1']);
    woken = await plan();
  });
  expect(woken).toBe('idle');
  expect(first).toBe('planned, another is due');
  expect(await plan()).toBe('planned, none waits');
});

test('Whoever plans one of two that are due is told of the other, and the last one of none', async () => {
  await database.query(ADD, ['third', 'ha-1:2']);
  await database.query(ADD, ['fourth', 'ha-1:3']);
  expect(await plan()).toBe('planned, another is due');
  expect(await plan()).toBe('planned, none waits');
  expect(await plan()).toBe('idle');
});
