import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { planNextEvents, type PlanningOutcome } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns, type PlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { openDatabase } from '../../../src/persistence/open-database.ts';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { addShops, addStarts, readStart } from '../../support/stored-starts.ts';
import { createPostgresDatabase } from '../../support/test-database.ts';

/** However slow the machine, as many are taken together as there are. */
const PATIENT = { retryBaseMs: 60_000, retryMaxMs: 60_000, longestMs: 60_000 };
/** What one that is planned by itself waits for a lock. */
const PATIENCE_MS = 2_000;

let url: string;
let drop: () => Promise<void>;
let database: Database;
beforeAll(async () => {
  ({ url, drop } = await createPostgresDatabase(process.env['DATABASE_URL'] ?? ''));
  database = await openDatabase({ databaseUrl: url, dataDir: '' });
  await addShops(database, [1]);
});
afterAll(async () => {
  await database.close();
  await drop();
});

/** Plans what is next with the patience of the test; `transactions` counts how often it was begun. */
function startPatient() {
  const seen = { transactions: 0 };
  const patient: Database = {
    ...database,
    transaction: (work) =>
      database.transaction((sql) => {
        seen.transactions += 1;
        return work(sql);
      }, PATIENCE_MS),
  };
  const dependencies = { database: patient, installations: planningInstallations, readStoredEvent: readStart };
  const next = (turns: PlanningTurns): Promise<PlanningOutcome> => planNextEvents(dependencies, turns);
  return { seen, next };
}

test('A conversation that somebody holds keeps those waiting for a moment only that are planned with it', async () => {
  await database.query(`INSERT INTO conversation (id, installation_id) VALUES ('ha-1:held', 'ha-1')`);
  await addStarts(database, 'ha-1', ['one', 'held', 'two']);
  const turns = createPlanningTurns(10, PATIENT);
  const { seen, next } = startPatient();

  await withClient(url, async (client: Client) => {
    await client.query(`BEGIN; SELECT FROM conversation WHERE id = 'ha-1:held' FOR UPDATE`);
    expect(await next(turns)).toMatchObject({ outcome: 'apart', events: 3, error: { code: '55P03' } });
    expect(seen.transactions).toBe(1);
    const alone = [await next(turns), await next(turns), await next(turns)];
    expect(alone.map(({ outcome }) => outcome).sort()).toEqual(['blocked', 'planned', 'planned']);
    await client.query('ROLLBACK');
  });
  // The session that was given up may have its event for a moment yet.
  await eventually(
    () => next(createPlanningTurns(10, PATIENT)),
    ({ outcome }) => outcome === 'planned',
  );
  const lanes = await database.query(`SELECT conversation_id AS id FROM lane ORDER BY conversation_id`);
  expect(lanes).toEqual(['held', 'one', 'two'].map((name) => ({ id: `ha-1:${name}` })));
});

test('A close that somebody holds keeps no other from being released by the starts that were planned together', async () => {
  await addStarts(database, 'ha-1', ['three', 'four']);
  const held = `
    INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
    SELECT 'close-' || name, name, 'webhook', 'accepted', '', 'ha-1', 'ha-1:' || name, now() + interval '1 hour'
      FROM unnest($1::text[]) AS name`;
  await database.query(held, [['three', 'four']]);
  const { next } = startPatient();

  await withClient(url, async (client: Client) => {
    await client.query(`BEGIN; SELECT FROM event WHERE dedupe_key = 'close-three' FOR UPDATE`);
    expect(await next(createPlanningTurns(10, PATIENT))).toEqual({ outcome: 'planned', nextInMs: 0 });
    await client.query('ROLLBACK');
  });
  const due = `SELECT dedupe_key AS name FROM event WHERE plan_after <= now()`;
  expect(await database.query(due)).toEqual([{ name: 'close-four' }]);
});
