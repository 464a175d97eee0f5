import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planNextEvent } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';

const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
VALUES ($1, $1, 'webhook', 'accepted', '', 'ha-1', $2, now())`;

let database: Database;
beforeAll(async () => void (database = await openTestDatabase()));
afterAll(() => database.close());

/** Plans the next event; `beforeCommit` happens when everything is written and nothing can be seen yet. */
function plan(beforeCommit?: () => Promise<unknown>): ReturnType<typeof planNextEvent> {
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
  return planNextEvent(dependencies, createPlanningTurns());
}

test('When an event comes while the one before it is being committed, then whoever was woken for it is not needed', async () => {
  await database.query(ADD, ['first', 'ha-1:1']);
  let woken: unknown;
  const first = await plan(async () => {
    await database.query(ADD, ['second', 'ha-1:1']);
    woken = await plan();
  });
  expect(woken).toEqual({ outcome: 'idle', more: false });
  expect(first).toEqual({ outcome: 'planned', more: true });
  expect(await plan()).toEqual({ outcome: 'planned', more: false });
});

test('Whoever plans one of two that are due is told of the other, and the last one of none', async () => {
  await database.query(ADD, ['third', 'ha-1:2']);
  await database.query(ADD, ['fourth', 'ha-1:3']);
  expect(await plan()).toEqual({ outcome: 'planned', more: true });
  expect(await plan()).toEqual({ outcome: 'planned', more: false });
  expect(await plan()).toEqual({ outcome: 'idle', more: false });
});
