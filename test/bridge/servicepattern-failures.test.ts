import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const CHATS = { method: 'POST', path: /\/chats$/ };
const SEND = { method: 'POST', path: /\/events$/ };
const HISTORY = { method: 'GET', path: /\/history$/ };
const ACTIVE = { method: 'GET', path: /\/chats\/active$/ };

let world: BridgeWorld;
let next = 500;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.servicepatternDestination()]);
  await world.install(2, [world.servicepatternDestination({ appId: 'another' })]);
  // A breaker that opens soon, and little patience with what fails.
  const hasty = { breakerFailures: 2, breakerIntervalMs: 60_000, retryForMs: 200 };
  await world.install(4, [world.servicepatternDestination(hasty)]);
  await world.install(3, [world.servicepatternDestination({ apiVersion: 'v2', textLimit: 40 })]);
});
afterEach(() => world.servicepattern.reset());
afterAll(() => world.stop());

const TEXTS = ['hello', 'ok', 'ok', 'żółć 🛒'];

async function converse(websiteId = 1, texts = TEXTS) {
  const conversation = conversationOf(websiteId, (next += 1));
  conversation.readable(world, history(texts.map((text) => ({ from: 'visitor' as const, text }))));
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  return conversation;
}

function chatsOf({ conversationId }: { conversationId: number }) {
  const entries = world.servicepattern.ledger.entries();
  const isTheirs = (request: Record<string, unknown>): boolean =>
    JSON.stringify(request).includes(`ana${conversationId}@example.org`);
  const chats = entries.flatMap((entry) => (entry.kind === 'chat' && isTheirs(entry.request) ? [entry] : []));
  return chats.map(({ chatId }) => {
    const said = entries.filter((entry) => 'chatId' in entry && entry.chatId === chatId);
    const messages = said.flatMap((entry) => (entry.kind === 'message' ? [entry] : []));
    return {
      // The first message is the context, which has many lines.
      texts: messages.map(({ text }) => text).filter((text) => !text.startsWith('[iAdvize]')),
      ids: messages.map(({ msgId }) => msgId),
      ends: said.filter(({ kind }) => kind === 'end').length,
    };
  });
}

async function expectWhole(conversation: { conversationId: number }, texts = TEXTS) {
  await eventually(
    () => chatsOf(conversation),
    ([chat]) => (chat?.ends ?? 0) > 0,
  );
  const chats = chatsOf(conversation);
  expect(chats).toMatchObject([{ texts, ends: 1 }]);
  expect(new Set(chats[0]?.ids).size).toBe(chats[0]?.ids.length);
}

const settled = (conversation: { id: string }, status: string) =>
  eventually(
    async () => (await world.deliveries(conversation.id)).find((delivery) => delivery.status === status),
    (delivery) => delivery !== undefined,
  );

test('A whole conversation arrives once, in order, and is ended', async () => {
  await expectWhole(await converse());
});

describe('an answer that is lost', () => {
  test('When a start was carried out and its answer lost, then that chat is found, and there is one', async () => {
    world.servicepattern.faults.add({ match: CHATS, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });

  test('When a start was carried out and answered 500, also the look failing once, then there is one chat', async () => {
    world.servicepattern.faults.add({ match: CHATS, kind: 'status-after', status: 500 });
    world.servicepattern.faults.add({ match: ACTIVE, kind: 'status', status: 500 });
    await expectWhole(await converse());
  });

  test('When a start whose answer was lost shows late, then asking again gives the same chat', async () => {
    world.servicepattern.faults.add({ match: CHATS, kind: 'accept-then-cut' });
    const body = { error_code: '5005' };
    world.servicepattern.faults.add({ match: ACTIVE, times: 2, kind: 'status', status: 404, body });
    await expectWhole(await converse());
  });

  test('When messages were carried out and their answers lost, then they are found by their ids', async () => {
    world.servicepattern.faults.add({ match: SEND, times: 5, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });

  test('When the server keeps none of our ids, then equal texts are counted', async () => {
    world.servicepattern.switches.renamesMsgIds = true;
    world.servicepattern.faults.add({ match: SEND, times: 5, kind: 'status-after', status: 500 });
    await expectWhole(await converse());
  });

  test('A message that shows late is still found: not there is believed at the second reading', async () => {
    world.servicepattern.slowToShowMs = 40;
    world.servicepattern.faults.add({ match: SEND, times: 5, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });

  test('When the answer to the end is lost, then the chat is over once', async () => {
    const match = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'POST' && path.endsWith('/events');
    world.servicepattern.faults.add({ match, times: 6, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });
});

describe('a failure that passes', () => {
  test('When every call fails for a while without doing anything, then all arrives once', async () => {
    for (const match of [CHATS, SEND, HISTORY, ACTIVE]) {
      world.servicepattern.faults.add({ match, times: 3, kind: 'status', status: 500, body: { error_code: 5500 } });
    }
    await expectWhole(await converse());
  });

  test('When the line is cut before anything is carried out, then it is sent again', async () => {
    world.servicepattern.faults.add({ match: CHATS, kind: 'cut-before' });
    world.servicepattern.faults.add({ match: SEND, times: 3, kind: 'cut-before' });
    await expectWhole(await converse());
  });

  test('When no server takes the chat, then the start is tried again until one does', async () => {
    const body = { error_code: '5001', error_message: 'No server available' };
    world.servicepattern.faults.add({ match: CHATS, times: 3, kind: 'status', status: 503, body });
    await expectWhole(await converse());
  });

  test('When the entry is closed, then no chat is requested until it opens', async () => {
    world.servicepattern.switches.open = false;
    const conversation = await converse();
    const asked = () => world.servicepattern.requests.entries().filter(({ path }) => path.endsWith('/availability'));
    const before = asked().length;
    await eventually(asked, (calls) => calls.length >= before + 3);
    expect(chatsOf(conversation)).toEqual([]);
    expect((await world.deliveries(conversation.id))[0]).toMatchObject({ kind: 'start', reason: 'unavailable' });
    world.servicepattern.switches.open = true;
    await expectWhole(conversation);
  });

  test('When the entry is closed for long, then starts wait for it, and chats that are open go on', async () => {
    const open = conversationOf(4, (next += 1));
    open.readable(world, history(TEXTS.map((text) => ({ from: 'visitor' as const, text }))));
    await world.sender.send(open.started());
    await eventually(
      () => chatsOf(open),
      ({ length }) => length === 1,
    );
    world.servicepattern.switches.open = false;
    const waiting = [await converse(4), await converse(4), await converse(4)];
    const starts = async () => Promise.all(waiting.map(async ({ id }) => (await world.deliveries(id))[0]));
    await eventually(starts, (all) => all.every((start) => (start?.attempts ?? 0) >= 5));
    await world.sender.send(open.closed());
    await expectWhole(open);
    expect(await starts()).toMatchObject(waiting.map(() => ({ status: expect.stringMatching(/^(pending|sending)$/) })));
    world.servicepattern.switches.open = true;
    for (const conversation of waiting) await expectWhole(conversation);
  });

  test('When it answers 429 with Retry-After, then nothing is sent before', async () => {
    world.servicepattern.faults.add({ match: SEND, kind: 'status', status: 429, headers: { 'Retry-After': '1' } });
    await expectWhole(await converse());
    const calls = world.servicepattern.requests
      .entries()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/events'));
    const throttled = calls.findIndex(({ status }) => status === 429);
    const pause = Date.parse(calls[throttled + 1]!.at) - Date.parse(calls[throttled]!.at);
    expect(pause).toBeGreaterThanOrEqual(1_000);
  });
});

test('An unknown application id parks the start for a person, and is not tried again', async () => {
  const conversation = await converse(2);
  const start = await settled(conversation, 'parked');
  expect(start).toMatchObject({ kind: 'start', reason: 'credentials-refused', attempts: 1 });
  expect(world.service.logs()).not.toContain('another');
});

test('A long text is split at the limit, every part with an id of its own', async () => {
  const long = 'one two three four five six seven eight nine ten eleven twelve';
  const conversation = await converse(3, [long]);
  await eventually(
    () => chatsOf(conversation),
    ([chat]) => (chat?.ends ?? 0) > 0,
  );
  const [chat] = chatsOf(conversation);
  expect(chat?.texts.slice(-2).join('')).toBe(long);
  expect(new Set(chat?.ids).size).toBe(chat?.ids.length);
});

test('When the agent ended the chat, then the undelivered text is parked and shown as such', async () => {
  const conversation = conversationOf(1, (next += 1));
  conversation.readable(world, history([{ from: 'visitor', text: 'too late' }]));
  await world.sender.send(conversation.started());
  const isDelivered = ([start]: { status: string }[]): boolean => start?.status === 'delivered';
  await eventually(() => world.deliveries(conversation.id), isDelivered);
  const entries = world.servicepattern.ledger.entries();
  const email = `ana${conversation.conversationId}@example.org`;
  const chat = entries.find((entry) => entry.kind === 'chat' && JSON.stringify(entry.request).includes(email));
  await world.servicepattern.ledger.waitFor((all) =>
    all.some((entry) => entry.kind === 'message' && chat?.kind === 'chat' && entry.chatId === chat.chatId),
  );
  if (chat?.kind === 'chat') world.servicepattern.agent(chat.chatId).end();
  await world.sender.send(conversation.closed());
  expect(await settled(conversation, 'parked')).toMatchObject({ kind: 'message', reason: 'chat-over' });
});
