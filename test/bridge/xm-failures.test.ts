import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, CAPTCHA, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const GUESTS = { method: 'POST', path: /\/guests$/ };
const SEND = { method: 'POST', path: /\/messages$/ };
const TOKEN = { method: 'POST', path: /\/oauth2\/token$/ };

let world: BridgeWorld;
let next = 300;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.xmDestination()]);
  const wrong = { captcha: { strategy: 'fixed', ...CAPTCHA, captcha: 'zzz' } };
  await world.install(2, [world.xmDestination(wrong)]);
  await world.install(3, [world.xmDestination({ messageEncoding: 'plain', sendLegacyAuthHeader: true })]);
  await world.install(4, [world.xmDestination()], { uncertainPolicy: 'hold' });
});
afterEach(() => world.xm.faults.clear());
afterAll(() => world.stop());

function converse(websiteId = 1) {
  const conversation = conversationOf(websiteId, (next += 1));
  conversation.readable(
    world,
    history(['Zażółć gęślą jaźń', 'test'].map((text) => ({ from: 'visitor' as const, text }))),
  );
  return conversation;
}

const roomsOf = ({ conversationId }: { conversationId: number }) =>
  world.xm.ledger
    .entries()
    .filter((entry) => entry.kind === 'guest' && entry.email === `ana${conversationId}@example.org`);

function saidIn(chatId: string | undefined) {
  const entries = world.xm.ledger.entries().filter((entry) => entry.chatId === chatId && entry.kind !== 'guest');
  return entries.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind));
}

async function expectWhole(conversation: { conversationId: number }) {
  const said = () => saidIn(roomsOf(conversation).at(-1)?.chatId);
  await eventually(said, (texts) => texts.includes('leave'));
  expect(said()).toEqual(['Zażółć gęślą jaźń', 'test', 'leave']);
}

test('A wrong captcha is a configuration error: parked, and its answer not logged', async () => {
  const conversation = converse(2);
  await world.sender.send(conversation.started());
  const [start] = await eventually(
    () => world.deliveries(conversation.id),
    ([head]) => head?.status === 'parked',
  );
  expect(start).toMatchObject({ kind: 'start', reason: 'captcha-refused', attempts: 1 });
  expect(world.service.logs()).not.toContain('zzz');
});

test('When the access token has ended, then it is refreshed once and the message arrives once', async () => {
  const conversation = converse();
  await world.sender.send(conversation.started());
  await world.xm.ledger.waitFor(() => roomsOf(conversation).length === 1);
  await eventually(
    () => world.deliveries(conversation.id),
    ([start]) => start?.status === 'delivered',
  );
  const before = world.xm.requests.entries().filter((entry) => entry.path.endsWith('/oauth2/token')).length;
  world.xm.expireTokens();
  await world.sender.send(conversation.closed());
  await expectWhole(conversation);
  const after = world.xm.requests.entries().filter((entry) => entry.path.endsWith('/oauth2/token')).length;
  expect(after - before).toBe(1);
});

test('When the answer to a refresh is lost, then the same secret brings the rotated pair back', async () => {
  const conversation = converse();
  await world.sender.send(conversation.started());
  await eventually(
    () => world.deliveries(conversation.id),
    ([start]) => start?.status === 'delivered',
  );
  world.xm.expireTokens();
  world.xm.faults.add({ match: TOKEN, kind: 'accept-then-cut' });
  await world.sender.send(conversation.closed());
  await expectWhole(conversation);
});

test('When no refresh token is known any more, then the chat is over and the text is shown as undelivered', async () => {
  const conversation = converse();
  await world.sender.send(conversation.started());
  await eventually(
    () => world.deliveries(conversation.id),
    ([start]) => start?.status === 'delivered',
  );
  world.xm.expireTokens();
  world.xm.forgetRefreshTokens();
  await world.sender.send(conversation.closed());
  const deliveries = await eventually(
    () => world.deliveries(conversation.id),
    (all) => all.some((delivery) => delivery.status === 'parked'),
  );
  // Whoever finds out first, the sender or the listener.
  const parked = deliveries.find((delivery) => delivery.status === 'parked');
  expect(['session-lost', 'chat-over']).toContain(parked?.reason);
});

test('When a message was taken and its answer lost, then history shows it and it is not said twice', async () => {
  const conversation = converse();
  world.xm.faults.add({ match: SEND, times: 2, kind: 'accept-then-cut' });
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  await expectWhole(conversation);
});

test('When XM answers 500 without doing anything, then the message is looked for twice and sent again', async () => {
  const conversation = converse();
  world.xm.faults.add({ match: SEND, times: 2, kind: 'status', status: 500 });
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  await expectWhole(conversation);
});

test('A start in doubt cannot be looked up: it is sent again, and only one room is talked in', async () => {
  const conversation = converse();
  world.xm.faults.add({ match: GUESTS, kind: 'accept-then-cut' });
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  await expectWhole(conversation);
  expect(roomsOf(conversation)).toHaveLength(2);
  expect(saidIn(roomsOf(conversation)[0]?.chatId)).toEqual([]);
});

test('When the installation says hold, then a start in doubt stays uncertain until a person decides', async () => {
  const conversation = converse(4);
  world.xm.faults.add({ match: GUESTS, kind: 'accept-then-cut' });
  await world.sender.send(conversation.started());
  const [start] = await eventually(
    () => world.deliveries(conversation.id),
    ([head]) => head?.status === 'uncertain',
  );
  expect(start).toMatchObject({ kind: 'start', attempts: 1 });
  expect(roomsOf(conversation)).toHaveLength(1);
});

test('Texts travel as base64, or plain where the installation says so', async () => {
  const [encoded, plain] = [converse(1), converse(3)];
  for (const conversation of [encoded, plain]) {
    await world.sender.send(conversation.started());
    await world.sender.send(conversation.closed());
    await expectWhole(conversation);
  }
  const rawOf = (conversation: { conversationId: number }): string[] => {
    const chatId = roomsOf(conversation)[0]?.chatId;
    return world.xm.ledger
      .entries()
      .flatMap((entry) => (entry.kind === 'message' && entry.chatId === chatId ? [entry.raw] : []));
  };
  expect(rawOf(encoded)).toEqual([Buffer.from('Zażółć gęślą jaźń').toString('base64'), 'dGVzdA==']);
  expect(rawOf(plain)).toEqual(['Zażółć gęślą jaźń', 'test']);
});

test('A visitor without e-mail or with a short name still gets a room', async () => {
  const conversation = conversationOf(1, (next += 1));
  conversation.readable(world, [], { firstname: 'Al', lastname: '', email: '' });
  await world.sender.send(conversation.started());
  const room = await eventually(
    () => world.xm.ledger.entries().find((entry) => entry.kind === 'guest' && entry.name === 'Al (visitor)'),
    (entry) => entry !== undefined,
  );
  expect(room).toMatchObject({ email: expect.stringMatching(/^visitor-[0-9a-f]{12}@visitor\.invalid$/) });
});
