import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ShownConversation } from '../../src/admin/conversation-schemas.ts';
import { conversationClosedV2, conversationPushedV2 } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { chatsOf, installedEarlier, listedConversation } from './reconcile-world.ts';

let world: BridgeWorld;
let next = 600;

beforeEach(async () => {
  world = await startBridgeWorld();
  await installedEarlier(world, 1);
});
afterEach(() => world.stop());

/** One conversation, as either kind of event tells of it. */
function told(operatorId = 9) {
  const conversation = listedConversation(world, 1, (next += 1), { open: true });
  const { uuid, conversationId } = conversation;
  const visitorExternalId = String(conversationId);
  const ids = { platform: 'ha', projectId: 1, conversationId: uuid, visitorExternalId, channel: 'CHAT' } as const;
  return {
    ...conversation,
    byNumber: conversation.started({ operatorId }),
    byUuid: conversationPushedV2({ ...ids, operatorId }),
    transferredByUuid: conversationPushedV2({ ...ids, operatorId: operatorId + 1 }),
    closedByNumber: conversation.closed(),
    closedByUuid: conversationClosedV2({ ...ids, operatorIds: [operatorId] }),
  };
}
type Told = ReturnType<typeof told>;

/** Sends events, and resolves when all of them are planned and nothing is left to carry of them. */
async function send(conversation: Told, ...events: object[]): Promise<string[][]> {
  for (const event of events) await world.sender.send(event);
  await eventually(async () => {
    const { rows, open } = await standOf(conversation);
    return rows === 0 && open === 0;
  }, Boolean);
  return chatsOf(world, conversation);
}

async function standOf({ id, uuid }: Told): Promise<{ rows: number; open: number }> {
  const ids = [id, `ha-1:${uuid}`];
  const [row] = await world.service.database.query<{ rows: number; open: number }>(
    `SELECT (SELECT count(*) FROM event WHERE conversation_id = ANY($1::text[]) AND plan_after IS NOT NULL)::int AS rows,
            (SELECT count(*) FROM delivery JOIN lane ON lane.id = lane_id WHERE lane.conversation_id = ANY($1::text[]) AND open)::int AS open`,
    [ids],
  );
  return row!;
}

const seen = async (id: string): Promise<ShownConversation> =>
  (await world.service.admin<ShownConversation>('GET', `/conversations/${encodeURIComponent(id)}`)).body;
const listCalls = () => world.rest.requests.entries().filter(({ path }) => path.endsWith('/conversation'));

describe('Events of both kinds about one conversation', () => {
  test('The number first, then the UUID: one chat, and no transfer told that was none', async () => {
    const one = told();
    expect(await send(one, one.byNumber, one.byUuid)).toEqual([[expect.stringContaining('Conversation from')]]);
    const [texts, ...others] = await send(one, one.closedByUuid, one.closedByNumber);
    expect(others).toEqual([]);
    expect(texts?.slice(1)).toEqual(['hello', '(end)']);
  });

  test('The UUID first, then the number: one chat as well', async () => {
    const earlier = told();
    await send(earlier, earlier.byNumber);
    const one = told();
    await send(one, one.byUuid);
    expect(await send(one, one.byNumber)).toEqual([[expect.stringContaining('Conversation from')]]);
    const [texts, ...others] = await send(one, one.closedByNumber, one.closedByUuid);
    expect(others).toEqual([]);
    expect(texts?.slice(1)).toEqual(['hello', '(end)']);
  });

  test('Both at once, many times: never two chats', async () => {
    const earlier = told();
    await send(earlier, earlier.byNumber);
    const all = Array.from({ length: 8 }, () => told());
    await Promise.all(all.flatMap((one) => [world.sender.send(one.byUuid), world.sender.send(one.byNumber)]));
    for (const one of all) expect(await send(one)).toHaveLength(1);
  });

  test('A transfer that only one kind tells of is told', async () => {
    const one = told();
    await send(one, one.byNumber, one.byUuid);
    const [texts] = await send(one, one.transferredByUuid);
    expect(texts).toEqual([
      expect.stringContaining('Conversation from'),
      expect.stringContaining('The conversation was transferred'),
    ]);
  });

  test('The operator finds it by either id, with the events of both', async () => {
    const one = told();
    await send(one, one.byNumber, one.byUuid);
    const byNumber = await seen(one.id);
    expect(byNumber).toMatchObject({ id: one.id, otherIds: [`ha-1:${one.uuid}`] });
    const kinds = byNumber.timeline.flatMap((entry) => (entry.kind === 'event' ? [entry.eventType] : []));
    expect(kinds).toEqual(['conversation.started', 'v2.conversation.pushed']);
    const { timeline, otherIds } = byNumber;
    for (const id of [`ha-1:${one.uuid}`, one.uuid, String(one.conversationId)]) {
      expect(await seen(id)).toMatchObject({ id: one.id, otherIds, timeline });
    }

    const inList = async (list: string, id: string) => {
      const path = `/${list}?conversation=${encodeURIComponent(id)}`;
      return (await world.service.admin<{ items: { conversation: string; status: string }[] }>('GET', path)).body.items;
    };
    for (const id of [one.uuid, one.id]) {
      expect(await inList('events', id)).toHaveLength(2);
      expect((await inList('deliveries', id)).map(({ status }) => status)).toContain('delivered');
    }
  });

  test('What iAdvize cannot join stays two conversations', async () => {
    const one = told();
    one.list({ xmpp_id: randomUUID() });
    expect(await send(one, one.byNumber, one.byUuid)).toHaveLength(2);
  });

  test('While iAdvize is down for long the visitor does not wait', async () => {
    const one = told();
    world.rest.faults.add({ match: { path: /\/conversation$/ }, kind: 'status', status: 503, times: Infinity });
    expect(await send(one, one.byNumber, one.byUuid)).toHaveLength(2);
  });
});

test('Where events of one kind come only, iAdvize is not asked which', async () => {
  const ids = { platform: 'ha', projectId: 1, channel: 'CHAT', visitorExternalId: '1' } as const;
  const uuid = randomUUID();
  const conversation = conversationOf(1, (next += 1));
  conversation.readable(world, []);
  await world.sender.send(conversationPushedV2({ ...ids, conversationId: uuid }));
  await eventually(() => world.thulium.ledger.entries().some(({ kind }) => kind === 'message'), Boolean);
  expect(listCalls()).toEqual([]);
});
