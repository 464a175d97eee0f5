import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { planNextEvents, type PlanningOutcome } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { openDatabase } from '../../../src/persistence/open-database.ts';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { createPostgresDatabase } from '../../support/test-database.ts';

const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
VALUES ($1, $1, 'webhook', 'accepted', convert_to($1, 'UTF8'), 'ha-1', 'ha-1:' || $1, now())`;
/** What one that is planned by itself waits for a lock. */
const PATIENCE_MS = 2_000;

let url: string;
let drop: () => Promise<void>;
let database: Database;
beforeAll(async () => {
  ({ url, drop } = await createPostgresDatabase(process.env['DATABASE_URL'] ?? ''));
  database = await openDatabase({ databaseUrl: url, dataDir: '' });
  await database.query(
    `INSERT INTO installation (id, platform, website_id, label, settings, secrets, client_id)
     VALUES ('ha-1', 'ha', 1, 'Shop', '{"destinations":[{"id":"a"}]}', '', 1)`,
  );
});
afterAll(async () => {
  await database.close();
  await drop();
});

test('A conversation that somebody holds keeps those waiting for a moment only that are planned with it', async () => {
  await database.query(`INSERT INTO conversation (id, installation_id) VALUES ('ha-1:held', 'ha-1')`);
  const names = ['one', 'held', 'two'];
  for (const name of names) await database.query(ADD, [name]);
  const turns = createPlanningTurns(10, { retryBaseMs: 60_000, retryMaxMs: 60_000 });
  let transactions = 0;
  const patient = {
    ...database,
    transaction: <Result>(work: Parameters<typeof database.transaction<Result>>[0]) =>
      database.transaction((sql) => {
        transactions += 1;
        return work(sql);
      }, PATIENCE_MS),
  };
  const next = (of = turns): Promise<PlanningOutcome> =>
    planNextEvents(
      {
        database: patient,
        installations: planningInstallations,
        readStoredEvent: (_source, _type, body) => ({
          event: { kind: 'conversation-started', conversationId: Buffer.from(body).toString(), occurredAt: new Date() },
          clientId: undefined,
        }),
      },
      of,
    );

  await withClient(url, async (client: Client) => {
    await client.query(`BEGIN; SELECT FROM conversation WHERE id = 'ha-1:held' FOR UPDATE`);
    expect(await next()).toMatchObject({ outcome: 'apart', events: 3, error: { code: '55P03' } });
    expect(transactions).toBe(1);
    const alone = [await next(), await next(), await next()];
    expect(alone.map(({ outcome }) => outcome).sort()).toEqual(['blocked', 'planned', 'planned']);
    await client.query('ROLLBACK');
  });
  // The session that was given up may have its event for a moment yet.
  await eventually(
    () => next(createPlanningTurns(10)),
    ({ outcome }) => outcome === 'planned',
  );
  const lanes = await database.query(`SELECT conversation_id AS id FROM lane ORDER BY conversation_id`);
  expect(lanes).toEqual([...names].sort().map((name) => ({ id: `ha-1:${name}` })));
});
