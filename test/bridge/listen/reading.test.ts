import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../../simulators/iadvize-events.ts';
import { type IadvizeRestSimulator, startIadvizeRest } from '../../simulators/iadvize-rest-simulator.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type ListeningWorld,
  remoteTexts,
  startListeningWorld,
  talk,
  toyDestination,
} from '../../support/listening-world.ts';

let rest: IadvizeRestSimulator;
let world: ListeningWorld;

beforeAll(async () => {
  rest = await startIadvizeRest({ apiKeys: ['rest-key'] });
  world = await startListeningWorld({ IADVIZE_REST_URL_HA: rest.url });
  await world.install(1, [toyDestination(world.toy.url)], { iadvize: { restApiKey: 'rest-key' } });
  await world.install(2, [toyDestination(world.toy.url, 'toy-list')]);
});
afterAll(async () => {
  await world.stop();
  await rest.close();
});

test.each([
  ['by a long poll of its own', 1, 100],
  ['from the list of all', 2, 200],
])(
  'What a remote agent writes is stored and shown once and in order, when its chat is read %s',
  async (_, site, id) => {
    const chat = await world.start(id, site);
    world.toy.agentWrites(chat, 'Dzień dobry 📦');
    world.toy.agentWrites(chat, 'ok');
    world.toy.agentWrites(chat, 'ok');
    const seen = await world.destination(talk(id, site).id, (one) => remoteTexts(one).length >= 3);
    expect(remoteTexts(seen)).toEqual(['Dzień dobry 📦', 'ok', 'ok']);
    const [context, first] = seen.remoteChat?.shows ?? [];
    expect(context).toMatchObject({ from: 'connector', author: 'notice', text: expect.stringContaining('[iAdvize]') });
    expect(first).toMatchObject({ from: 'remote', author: 'agent', name: 'Ania' });
  },
);

test('When the same messages are read again and again, then each is stored once', async () => {
  const chat = await world.start(101);
  world.toy.mode.ignoreCursor = true;
  world.toy.agentWrites(chat, 'one');
  world.toy.agentWrites(chat, 'two');
  await world.destination(talk(101).id, (one) => remoteTexts(one).length >= 2);
  world.toy.agentWrites(chat, 'three');
  const seen = await world.destination(talk(101).id, (one) => remoteTexts(one).includes('three'));
  world.toy.mode.ignoreCursor = false;
  expect(remoteTexts(seen)).toEqual(['one', 'two', 'three']);
});

test('When an answer is lost after the messages were handed out, then they come from the history', async () => {
  const chat = await world.start(102);
  world.toy.faults.add({ kind: 'accept-then-cut', match: { path: new RegExp(`/${chat}/poll`) } });
  // The poll that is waiting already was asked before the fault.
  world.toy.agentWrites(chat, 'first');
  await world.destination(talk(102).id, (one) => remoteTexts(one).includes('first'));
  world.toy.agentWrites(chat, 'cut off');
  const seen = await world.destination(talk(102).id, (one) => remoteTexts(one).includes('cut off'));
  expect(remoteTexts(seen)).toEqual(['first', 'cut off']);
  expect(world.toy.asked(chat, 'history').length).toBeGreaterThan(1);
});

test('When the conversation closes, then the chat is ended and nobody listens any more', async () => {
  const chat = await world.start(103);
  await world.sender.send(talk(103).closed);
  const seen = await world.destination(
    talk(103).id,
    (one) => one.remoteChat?.status === 'ended' && one.listener === null,
  );
  expect(seen.remoteChat?.endReason).toBeNull();
  const polls = world.toy.asked(chat, 'poll').length;
  // Another chat's whole life goes by meanwhile.
  const other = await world.start(104);
  world.toy.agentWrites(other, 'still here');
  await world.destination(talk(104).id, (one) => remoteTexts(one).includes('still here'));
  expect(world.toy.asked(chat, 'poll')).toHaveLength(polls);
});

test('What is written just before we end the chat is read all the same', async () => {
  const chat = await world.start(201, 2);
  world.toy.faults.add({ kind: 'delay', ms: 400, match: { path: /^\/list/ }, times: 1 });
  const lists = world.toy.asked(chat, 'list').length;
  await world.sender.send(talk(201, 2).closed);
  await eventually(
    () => world.toy.asked(chat, 'end'),
    (ends) => ends.length === 1,
  );
  world.toy.agentWrites(chat, 'bye');
  const seen = await world.destination(talk(201, 2).id, (one) => remoteTexts(one).includes('bye'));
  expect(seen.remoteChat?.status).toBe('ended');
  await world.destination(talk(201, 2).id, (one) => one.listener === null);
  expect(world.toy.asked(chat, 'list').length).toBeGreaterThan(lists);
});

/** With the text that opens it: one that comes too late would be the first to find out that the chat is over. */
async function startAndOpen(conversationId: number): Promise<string> {
  const chat = await world.start(conversationId);
  await world.destination(talk(conversationId).id, ({ pending }) => pending === 0);
  return chat;
}

test('When the remote agent ends the chat, then listening stops and a later text is parked for a person', async () => {
  const { visitorId } = talk(105);
  rest.setVisitor({ id: 105, unique_id: visitorId, firstname: 'Ana' });
  rest.setConversation({ id: 105, history: history([{ from: 'visitor', text: 'are you there?' }]) });
  const chat = await startAndOpen(105);
  world.toy.agentWrites(chat, 'goodbye');
  world.toy.agentEnds(chat);
  const ended = await world.destination(talk(105).id, (one) => one.listener === null);
  expect(remoteTexts(ended)).toEqual(['goodbye']);
  expect(ended.remoteChat).toMatchObject({ status: 'ended', endReason: 'ended' });
  const { timeline } = await world.seen('105');
  expect(timeline.map(({ kind }) => kind)).toContain('remote-chat-ended');

  await world.sender.send(talk(105).closed);
  const blocked = await world.destination(talk(105).id, (one) => one.blocked);
  expect(blocked.pending).toBeGreaterThan(0);
  const { body } = await world.service.admin<{ items: object[] }>('GET', '/deliveries?conversation=105&status=parked');
  expect(body.items).toMatchObject([{ reason: 'chat-over' }]);
});

test('When the system does not know the chat any more, then it is gone and nobody listens', async () => {
  const chat = await startAndOpen(106);
  world.toy.forget(chat);
  const seen = await world.destination(
    talk(106).id,
    (one) => one.listener === null && one.remoteChat?.status === 'gone',
  );
  expect(seen.remoteChat?.endReason).toBe('gone');
});
