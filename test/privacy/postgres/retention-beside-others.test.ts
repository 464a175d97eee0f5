import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openConversationsOf } from '../../../src/bridge/conversation-store.ts';
import type { Sql } from '../../../src/persistence/database.ts';
import { removeExpiredConversations } from '../../../src/privacy/expired-conversations.ts';
import { emptyExpiredEvents } from '../../../src/privacy/expired-events.ts';
import { DEFAULT_SITE, type RetentionWorld, startRetentionWorld, statusOf } from '../retention-world.ts';

/** The embedded database has one session, so nobody can be beside a sweep there. The service's own do not begin. */
let world: RetentionWorld;
beforeAll(async () => void (world = await startRetentionWorld({}, { retention: { firstMs: 3_600_000 } })));
afterAll(() => world.stop());

type Conversation = Awaited<ReturnType<RetentionWorld['carried']>>;

const HOLDS: [string, (sql: Sql, held: Conversation) => Promise<unknown>][] = [
  [
    'the conversation, as whoever plans one of its events',
    (sql, { id }) => sql.query(`SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE`, [id]),
  ],
  [
    'the conversation, as whoever plans an event about its visitor',
    (sql, { visitorId }) => openConversationsOf(sql, [`ha-${DEFAULT_SITE}`], visitorId),
  ],
  [
    'a lane of it, as whoever settles a delivery',
    (sql, { id }) => sql.query(`SELECT 1 FROM lane WHERE conversation_id = $1 FOR NO KEY UPDATE`, [id]),
  ],
  [
    'its events, as whoever counts a duplicate',
    (sql, { id }) => sql.query(`SELECT 1 FROM event WHERE conversation_id = $1 FOR NO KEY UPDATE`, [id]),
  ],
];

async function sweep(): Promise<void> {
  const stopping = new AbortController().signal;
  const options = { database: world.service.database, retentionDays: 90, onExpired: () => undefined, stopping };
  await emptyExpiredEvents(options);
  await removeExpiredConversations(options);
}

test.each(HOLDS)('What somebody holds is passed over without a wait: %s', async (_what, hold) => {
  const held = await world.carried(DEFAULT_SITE, 'held', { open: true });
  const free = await world.carried(DEFAULT_SITE, 'free', { open: true });
  await world.older(91, [held.id, free.id]);
  await world.service.database.transaction(async (sql) => {
    await hold(sql, held);
    await sweep();
    expect(await statusOf(world, free.id)).toBe(404);
    expect(await statusOf(world, held.id)).toBe(200);
  });
  await sweep();
  expect(await statusOf(world, held.id)).toBe(404);
});
