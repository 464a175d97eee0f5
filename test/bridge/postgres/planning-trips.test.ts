import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planNextEvents } from '../../../src/bridge/event-queue.ts';
import { createPlanningTurns } from '../../../src/bridge/planning-turns.ts';
import { planningInstallations } from '../../../src/installations/planning-queries.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { type FaultProxy, startFaultProxy } from '../../simulators/fault-proxy.ts';
import { openOneSession } from '../../support/test-database.ts';

// Not since just now: the column rounds to whole milliseconds, up as well.
const ADD = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
VALUES ($1, $1, 'webhook', 'accepted', '', 'ha-1', $1, now() - interval '1 ms')`;

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

const event = (conversationId: string) =>
  ({ kind: 'conversation-started', conversationId, occurredAt: new Date(), operatorId: '1' }) as const;

/** Adds starts of these conversations and plans them together; resolves with the trips that this took. */
async function planStarts(conversationIds: string[]): Promise<number> {
  for (const id of conversationIds) await database.query(ADD, [`ha-1:${id}`]);
  const waiting = [...conversationIds];
  const readStoredEvent = () => ({ event: event(waiting.shift()!), clientId: undefined });
  const before = proxy.trips();
  const dependencies = { database, installations: planningInstallations, readStoredEvent };
  const planned = await planNextEvents(dependencies, createPlanningTurns(10, { longestMs: 60_000 }));
  expect(planned).toEqual({ outcome: 'planned', nextInMs: undefined });
  return proxy.trips() - before;
}

const lanesOf = (id: string) =>
  database.query(`SELECT id, pending FROM lane WHERE conversation_id = 'ha-1:' || $1 ORDER BY id`, [id]);
const bothOf = (id: string) => ['a', 'b'].map((destination) => ({ id: `ha-1:${id}/${destination}`, pending: 1 }));

test('A new conversation is planned in four trips to the database, however far away that is', async () => {
  await planStarts(['1']);
  expect(await planStarts(['2'])).toBe(4);
  expect(await lanesOf('2')).toEqual(bothOf('2'));
});

test('Those that wait together share what is not their own: each takes two trips more', async () => {
  const ids = ['11', '12', '13', '14', '15'];
  await planStarts(['10']);
  expect(await planStarts(ids)).toBe(2 + 2 * ids.length);
  for (const id of ids) expect(await lanesOf(id)).toEqual(bothOf(id));
});
