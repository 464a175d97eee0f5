import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planEvent } from '../../src/bridge/planner.ts';
import { planningInstallations } from '../../src/installations/planning-queries.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.query(
    `INSERT INTO installation (id, platform, website_id, label, settings, secrets)
     VALUES ('ha-1', 'ha', 1, 'Shop', '{"destinations":[{"id":"a"},{"id":"b"}]}', '')`,
  );
});
afterAll(() => database.close());

const event = (id: string, conversationId: string, kind: 'conversation-started' | 'conversation-closed') => ({
  id,
  source: 'webhook',
  installationId: 'ha-1',
  clientId: undefined,
  ageSeconds: 100,
  event: { kind, conversationId, occurredAt: new Date(), operatorId: '1', operatorIds: ['1'] },
});

async function plan(...args: Parameters<typeof event>): Promise<unknown[]> {
  await database.transaction((sql) => planEvent(sql, event(...args), planningInstallations));
  const planned = `SELECT lane_id, kind, position FROM delivery WHERE lane_id LIKE 'ha-1:' || $1 || '/%' ORDER BY lane_id, position`;
  return database.query(planned, [args[1]]);
}

test('Planning the same event again changes nothing, whatever the event', async () => {
  const started = await plan('1', '50', 'conversation-started');
  expect(started).toEqual([
    { lane_id: 'ha-1:50/a', kind: 'start', position: 1 },
    { lane_id: 'ha-1:50/b', kind: 'start', position: 1 },
  ]);
  expect(await plan('1', '50', 'conversation-started')).toEqual(started);
  const closed = await plan('2', '50', 'conversation-closed');
  expect(closed).toHaveLength(6);
  expect(await plan('2', '50', 'conversation-closed')).toEqual(closed);
  expect(await plan('1', '50', 'conversation-started')).toEqual(closed);
});

test('Pending counts are the open deliveries', async () => {
  await plan('3', '51', 'conversation-started');
  await plan('3', '51', 'conversation-started');
  const lanes = await database.query(`SELECT pending FROM lane WHERE conversation_id = 'ha-1:51'`);
  expect(lanes).toEqual([{ pending: 1 }, { pending: 1 }]);
});
