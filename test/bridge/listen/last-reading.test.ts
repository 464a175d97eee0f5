import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { history } from '../../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../../support/bridge-world.ts';
import { eventually } from '../../support/eventually.ts';
import { remoteTexts, type SeenConversation } from '../../support/listening-world.ts';

/** Longer than the test: whoever asks hears nothing, like a listener that died with its worker. */
const NEVER_MS = 60_000;
const XM_SYNC = { method: 'GET', path: /\/sync$/ };
const XM_HISTORY = { method: 'GET', path: /\/chats\/\w+\/messages$/ };

let world: BridgeWorld;
let next = 7_100;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.xmDestination({ errorPauseMs: 0 })]);
  const quickly = { pollIntervalMs: 500, listenRetryBaseMs: 20, listenRetryMaxMs: 40 };
  await world.install(2, [world.thuliumDestination(quickly)]);
});
afterEach(() => [world.xm, world.thulium].forEach(({ faults }) => faults.clear()));
afterAll(() => world.stop());

async function seen(id: string): Promise<string[]> {
  const path = `/conversations/${encodeURIComponent(id)}`;
  const { body } = await world.service.admin<SeenConversation>('GET', path);
  return body.destinations.flatMap(remoteTexts);
}

/** A conversation whose agent writes while nobody can read, and which closes then. */
async function unheard(text: string, place: BridgeWorld = world) {
  const { xm, sender } = place;
  const conversation = conversationOf(1, (next += 1));
  conversation.readable(place, history([{ from: 'visitor', text: 'hello' }]));
  const known = xm.requests.entries().length;
  xm.faults.add({ match: XM_SYNC, kind: 'delay', ms: NEVER_MS, times: Infinity });
  await sender.send(conversation.started());
  const room = await eventually(
    () => xm.ledger.entries().find((one) => one.kind === 'guest' && one.email.startsWith(`ana${next}@`)),
    (entry) => entry !== undefined,
  );
  const histories = () =>
    xm.requests
      .entries()
      .slice(known)
      .filter(({ path }) => XM_HISTORY.path.test(path)).length;
  // The listener's own first look is over; from here on it waits for a sync.
  await eventually(histories, (count) => count > 0);
  xm.agentWrites(room!.chatId, text);
  return {
    conversation,
    chatId: room!.chatId,
    left: () => xm.ledger.entries().some((one) => one.kind === 'leave' && one.chatId === room!.chatId),
  };
}

test('What an agent wrote is read before we leave the room, though its listener hears nothing', async () => {
  const { conversation, left } = await unheard('last words');
  await world.sender.send(conversation.closed());
  await eventually(left, Boolean);
  expect(await seen(conversation.id)).toEqual(['last words']);
});

test('A file that an agent sent just before is fetched before we leave the room', async () => {
  const { conversation, chatId, left } = await unheard('here it is');
  world.xm.agentSendsFile(chatId, 'offer.pdf', Buffer.from('an offer'));
  await world.sender.send(conversation.closed());
  await eventually(left, Boolean);
  const path = `/conversations/${encodeURIComponent(conversation.id)}`;
  const files = async () => {
    const { body } = await world.service.admin<SeenConversation>('GET', path);
    return body.destinations.flatMap(({ remoteChat }) => remoteChat?.shows.flatMap((shown) => shown.files) ?? []);
  };
  const fetched = await eventually(files, (all) => all.every(({ status }) => status !== 'waiting'));
  expect(fetched).toMatchObject([{ name: 'offer.pdf', status: 'hosted' }]);
});

test('A process that stops leaves the room to whoever comes next, where a file is still to be fetched', async () => {
  const stopped = await startBridgeWorld();
  await stopped.install(1, [stopped.xmDestination({ errorPauseMs: 0 })]);
  const { conversation, chatId, left } = await unheard('here it is', stopped);
  stopped.xm.agentSendsFile(chatId, 'offer.pdf', Buffer.from('an offer'));
  const match = { method: 'GET', path: /\/api\/file$/ };
  stopped.xm.faults.add({ match, kind: 'status', status: 503, times: Infinity });
  await stopped.sender.send(conversation.closed());
  const asked = () => stopped.xm.requests.entries().filter(({ status }) => status === 503).length;
  await eventually(asked, (count) => count > 0);
  await stopped.stop();
  expect(left()).toBe(false);
});

test('When that reading fails, then it is tried again before the room is left', async () => {
  const { conversation, left } = await unheard('heard at last');
  world.xm.faults.add({ match: XM_HISTORY, kind: 'cut-before', times: 2 });
  await world.sender.send(conversation.closed());
  await eventually(left, Boolean);
  expect(await seen(conversation.id)).toEqual(['heard at last']);
});

test('A room that cannot be read is left all the same', async () => {
  const { conversation, left } = await unheard('never heard');
  world.xm.faults.add({ match: XM_HISTORY, kind: 'status', status: 500, times: Infinity });
  await world.sender.send(conversation.closed());
  await eventually(left, Boolean);
  expect(await seen(conversation.id)).toEqual([]);
});

test('When a list cannot be read for long, then the last words of a chat that ended meanwhile are read after that', async () => {
  const conversation = conversationOf(2, (next += 1));
  conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  const entries = () => world.thulium.ledger.entries();
  await world.sender.send(conversation.started());
  await eventually(entries, (all) => all.some(({ kind }) => kind === 'message'));
  world.thulium.faults.add({
    match: { method: 'GET', path: /\/chats$/ },
    kind: 'status',
    status: 503,
    times: Infinity,
  });
  const refused = () => world.thulium.requests.entries().filter(({ status }) => status === 503).length;
  await eventually(refused, (count) => count >= 4);
  world.thulium.agentWrites(entries().find(({ kind }) => kind === 'start')!.conversationId, 'still here');
  await world.sender.send(conversation.closed());
  await eventually(entries, (all) => all.some(({ kind }) => kind === 'stop'));
  const before = refused();
  await eventually(refused, (count) => count >= before + 4);
  world.thulium.faults.clear();
  const texts = await eventually(
    () => seen(conversation.id),
    (all) => all.length > 0,
  );
  expect(texts).toEqual(['still here']);
});
