import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planNextEvent } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { type FaultProxy, startFaultProxy } from '../../simulators/fault-proxy.ts';
import { openOneSession } from '../../support/test-database.ts';

const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
VALUES ($1, $1, 'webhook', 'accepted', '', 'ha-1', $1, now())`;

let proxy: FaultProxy;
let database: Database;

beforeAll(async () => {
  const { hostname, port } = new URL(process.env['DATABASE_URL'] ?? '');
  proxy = await startFaultProxy({ host: hostname, port: Number(port || 5432) });
  database = await openOneSession((url) => (url.host = `127.0.0.1:${proxy.port}`));
  await database.query(
    `INSERT INTO installation (id, platform, website_id, label, settings, secrets, client_id)
     VALUES ('ha-1', 'ha', 1, 'Shop', '{"destinations":[{"id":"a"},{"id":"b"}]}', '', 1)`,
  );
});
afterAll(async () => {
  await database.close();
  await proxy.close();
});

function planStart(conversationId: string): ReturnType<typeof planNextEvent> {
  const occurredAt = new Date();
  const event = { kind: 'conversation-started', conversationId, occurredAt, operatorId: '1' } as const;
  const readStoredEvent = () => ({ event, clientId: undefined });
  return planNextEvent({ database, installations: planningInstallations, readStoredEvent }, createPlanningTurns());
}

test('A new conversation is planned in four trips to the database, however far away that is', async () => {
  await database.query(ADD, ['ha-1:1']);
  await database.query(ADD, ['ha-1:2']);
  await planStart('1');
  const before = proxy.trips();
  expect(await planStart('2')).toEqual({ outcome: 'planned', more: false });
  expect(proxy.trips() - before).toBe(4);
  const lanes = await database.query(`SELECT id, pending FROM lane WHERE conversation_id = 'ha-1:2' ORDER BY id`);
  expect(lanes).toEqual([
    { id: 'ha-1:2/a', pending: 1 },
    { id: 'ha-1:2/b', pending: 1 },
  ]);
});
