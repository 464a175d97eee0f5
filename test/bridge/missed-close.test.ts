import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planMissedClose } from '../../src/bridge/plan-found.ts';
import { planningInstallations } from '../../src/installations/planning-queries.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  // No patience with a start that is late: a close that nobody knows the conversation of begins it at once.
  await database.query(
    `INSERT INTO installation (id, platform, website_id, label, settings, secrets)
     VALUES ('ha-1', 'ha', 1, 'Shop', '{"destinations":[{"id":"one"}],"lateStartSeconds":0}', '')`,
  );
});
afterAll(() => database.close());

const AT = { earliest: new Date(), latest: new Date() };

function missedClose(sourceId: string): Promise<void> {
  const listed = { ids: [sourceId] as [string], startedAt: AT, closedAt: AT, waiting: false };
  return database.transaction((sql) => planMissedClose(sql, 'ha-1', listed, sourceId, planningInstallations));
}

test('The close of a conversation that was erased since it was compared begins nothing', async () => {
  await missedClose('7');
  expect(await database.query(`SELECT id FROM conversation`)).toEqual([]);
  expect(await database.query(`SELECT id FROM lane`)).toEqual([]);
});

test('The close of one that is there is planned', async () => {
  await database.query(
    `INSERT INTO conversation (id, installation_id, start_source) VALUES ('ha-1:8', 'ha-1', 'webhook')`,
  );
  await missedClose('8');
  const closed = await database.query(`SELECT closed_at IS NOT NULL AS closed FROM conversation WHERE id = 'ha-1:8'`);
  expect(closed).toEqual([{ closed: true }]);
});
