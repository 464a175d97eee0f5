import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ShownConversation } from '../../src/admin/conversation-schemas.ts';
import { listedConversation } from '../bridge/reconcile-world.ts';
import { conversationPushedV2 } from '../simulators/iadvize-events.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import {
  DEFAULT_SITE,
  eventOf,
  isGone,
  isSettled,
  nobodysEvent,
  type RetentionWorld,
  startRetentionWorld,
  statusOf,
  sweepPasses,
  tablesWith,
} from './retention-world.ts';

const PARKING_SITE = 3;

let world: RetentionWorld;
beforeAll(async () => void (world = await startRetentionWorld()));
afterAll(() => world.stop());

test('Deliveries that wait for a person go with their conversation', async () => {
  const parked = conversationOf(PARKING_SITE, world.nextId());
  await world.install(PARKING_SITE, [world.thuliumDestination({ apiPassword: 'canary-wrong-password' })]);
  parked.readable(world.world, []);
  await world.sender.send(parked.started());
  await eventually(
    () => world.deliveries(parked.id),
    ([start]) => start?.status === 'parked',
  );
  await world.older(91, [parked.id]);
  await isGone(world, parked.id);
  const { body } = await world.service.admin<{ items: unknown[] }>('GET', '/deliveries?status=parked');
  expect(body.items).toEqual([]);
});

test('A conversation goes under all its ids, and none of them before it', async () => {
  // Events of both kinds have to come for anybody to ask whether two of them are one.
  await world.carried(DEFAULT_SITE, 'by number');
  const conversation = listedConversation(world.world, DEFAULT_SITE, world.nextId(), { open: true });
  const { uuid, conversationId } = conversation;
  const alias = `ha-${DEFAULT_SITE}:${uuid}`;
  await world.sender.send(conversation.started());
  await eventually(() => world.deliveries(conversation.id), isSettled);
  const ids = { platform: 'ha', projectId: DEFAULT_SITE, conversationId: uuid, channel: 'CHAT' } as const;
  await world.sender.send(conversationPushedV2({ ...ids, visitorExternalId: String(conversationId) }));
  const seen = () => world.service.admin<ShownConversation>('GET', `/conversations/${encodeURIComponent(alias)}`);
  await eventually(seen, ({ body }) => body.id === conversation.id);

  // The other id alone is old: it stays with its conversation.
  await world.older(91, [alias]);
  await sweepPasses(world);
  expect((await seen()).body.id).toBe(conversation.id);

  await world.older(91, [conversation.id]);
  await isGone(world, conversation.id);
  expect(await statusOf(world, alias)).toBe(404);
  expect(await tablesWith(world.service.database, [uuid, conversation.id])).toEqual([]);
});

test('An event of no installation is emptied after RETENTION_DAYS, and not before', async () => {
  const old = await nobodysEvent(world, 91, { visitorNote: 'yellow canoe' });
  const young = await nobodysEvent(world, 89, { visitorNote: 'orange canoe' });
  const emptied = await eventually(
    () => eventOf(world, old),
    (event) => event?.erasedAt != null,
  );
  expect(emptied).toMatchObject({ status: 'quarantined', reason: null, eventType: null });
  await sweepPasses(world);
  expect(await eventOf(world, young)).toMatchObject({ reason: 'unknown-installation', erasedAt: null });
  expect(await tablesWith(world.service.database, ['yellow canoe'])).toEqual([]);
  expect(await tablesWith(world.service.database, ['orange canoe'])).toEqual(['event']);
});

test('What is left of an installation that is gone goes after RETENTION_DAYS', async () => {
  const { database } = world.service;
  const add = `INSERT INTO conversation (id, installation_id, created_at) VALUES ($1, 'ha-77', now() - $2 * interval '1 day')`;
  await database.query(add, ['ha-77:1', 91]);
  await database.query(add, ['ha-77:2', 89]);
  const act = `
    INSERT INTO profile_action (conversation_id, action, success, created_at)
    VALUES ($1, 'NOTE', true, now() - $2 * interval '1 day')`;
  await database.query(act, ['ha-77:3', 91]);
  await database.query(act, ['ha-77:4', 89]);
  await isGone(world, 'ha-77:1');
  await sweepPasses(world);
  expect(await statusOf(world, 'ha-77:2')).toBe(200);
  expect(await tablesWith(world.service.database, ['ha-77:3'])).toEqual([]);
  expect(await tablesWith(world.service.database, ['ha-77:4'])).toEqual(['profile_action']);
});

test('An operator’s name is forgotten, and read again when it is needed', async () => {
  const thuliumTexts = (): string =>
    JSON.stringify(world.thulium.ledger.entries().filter(({ kind }) => kind === 'message'));
  await world.carried(DEFAULT_SITE, 'who are you');
  expect(thuliumTexts()).toContain('Agent: Marie');
  expect(await tablesWith(world.service.database, ['Marie'])).toContain('operator');
  world.rest.setOperator({ id: 9, pseudo: 'Marianne' });
  await world.service.database.query(`UPDATE operator SET updated_at = now() - interval '91 days'`);
  await eventually(
    () => tablesWith(world.service.database, ['"operator_id": "9"']),
    (tables) => !tables.includes('operator'),
  );
  await world.carried(DEFAULT_SITE, 'and you');
  expect(thuliumTexts()).toContain('Agent: Marianne');
});

test('A sweep that removed something says so in one line, with numbers and nothing else', async () => {
  const old = await world.carried(DEFAULT_SITE, 'once more');
  await world.older(91, [old.id]);
  await isGone(world, old.id);
  const lines = (): Record<string, unknown>[] => {
    const written = world.service.logs().split('\n');
    const ours = written.filter((line) => line.includes('"event":"retention'));
    return ours.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const sum = (kind: string): number => lines().reduce((total, line) => total + Number(line[kind]), 0);
  const logged = (): object => ({ events: sum('events'), conversations: sum('conversations') });
  const removed = await world.removed();
  expect(removed.conversations).toBeGreaterThan(0);
  await eventually(logged, (total) => isDeepStrictEqual(total, removed));
  for (const line of lines()) {
    const { level, time, event, events, conversations, operators, tookMs, ...more } = line;
    expect({ level, event, more }).toEqual({ level: 'info', event: 'retention', more: {} });
    expect([time, tookMs]).toEqual([expect.any(String), expect.any(Number)]);
    expect(Number(events) + Number(conversations) + Number(operators)).toBeGreaterThan(0);
  }
});
