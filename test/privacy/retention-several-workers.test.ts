import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { openTestDatabase } from '../support/test-database.ts';

const EVENTS = 4_000;
const CONVERSATIONS = 600;
const OLD_EVENTS = 3_000;
const OLD_CONVERSATIONS = 500;

const ADD_EVENTS = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, received_at)
SELECT 'id:' || n, n, 'webhook', 'accepted', 'purple umbrella', 'ha-' || n % 3, 'ha-' || n % 3 || ':of-' || n,
       now() - CASE WHEN n <= $2 THEN 91 ELSE 89 END * interval '1 day'
  FROM generate_series(1, $1::int) AS n`;
const ADD_CONVERSATIONS = `
INSERT INTO conversation (id, installation_id, created_at)
SELECT 'ha-' || n % 3 || ':' || n, 'ha-' || n % 3, now() - CASE WHEN n <= $2 THEN 91 ELSE 89 END * interval '1 day'
  FROM generate_series(1, $1::int) AS n`;
const ADD_LANES = `
INSERT INTO lane (id, installation_id, conversation_id, destination_id, blocked)
SELECT id || '/main', installation_id, id, 'main', true FROM conversation`;
const ADD_DELIVERIES = `
INSERT INTO delivery (lane_id, key, position, kind, payload, status)
SELECT id, 'message:' || n, n, 'message', '{}', 'parked' FROM lane, generate_series(1, 5) AS n`;

let shared: Database;
beforeAll(async () => {
  shared = await openTestDatabase();
  await shared.query(ADD_EVENTS, [EVENTS, OLD_EVENTS]);
  await shared.query(ADD_CONVERSATIONS, [CONVERSATIONS, OLD_CONVERSATIONS]);
  await shared.query(ADD_LANES);
  await shared.query(ADD_DELIVERIES);
});
afterAll(() => shared.close());

async function figure({ url }: TestService, name: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

test('Two workers that sweep at the same time remove everything once, and nothing that is young', async () => {
  // Both stop their service; the database is closed by whoever opened it.
  const database = { ...shared, close: async () => undefined };
  const options = { database, retention: { firstMs: 0, everyMs: 50 } };
  const services = await Promise.all([startTestService({}, options), startTestService({}, options)]);
  const total = async (name: string): Promise<number> => {
    const figures = await Promise.all(services.map((service) => figure(service, name)));
    return figures.reduce((sum, one) => sum + one, 0);
  };
  try {
    const removed = async () => ({
      events: await total('connector_retention_events_total'),
      conversations: await total('connector_retention_conversations_total'),
    });
    const isDone = ({ events, conversations }: Awaited<ReturnType<typeof removed>>): boolean =>
      events >= OLD_EVENTS && conversations >= OLD_CONVERSATIONS;
    expect(await eventually(removed, isDone)).toEqual({ events: OLD_EVENTS, conversations: OLD_CONVERSATIONS });
    for (const service of services) expect(service.logs()).not.toContain('retention-failed');
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
  const [left] = await shared.query(
    `SELECT (SELECT count(*) FROM event WHERE body = 'purple umbrella')::int AS events,
            (SELECT count(*) FROM event WHERE erased_at IS NOT NULL AND dedupe_key = 'id:' || body_hash)::int AS tombstones,
            (SELECT count(*) FROM conversation)::int AS conversations,
            (SELECT count(*) FROM delivery)::int AS deliveries`,
  );
  expect(left).toEqual({
    events: EVENTS - OLD_EVENTS,
    tombstones: OLD_EVENTS,
    conversations: CONVERSATIONS - OLD_CONVERSATIONS,
    deliveries: (CONVERSATIONS - OLD_CONVERSATIONS) * 5,
  });
});
