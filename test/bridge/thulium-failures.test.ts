import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const MESSAGE = { method: 'POST', path: /\/message$/ };
const START = { method: 'POST', path: /\/start$/ };
const STOP = { method: 'POST', path: /\/stop$/ };
const LIST = { method: 'GET', path: /\/chats$/ };

let world: BridgeWorld;
let next = 200;

beforeAll(async () => {
  world = await startBridgeWorld();
  for (const websiteId of [1, 2]) {
    await world.install(websiteId, [world.thuliumDestination({ retryBaseMs: 30, retryMaxMs: 60 })]);
  }
});
afterEach(() => {
  world.thulium.faults.clear();
  world.thulium.setPermissions('*');
});
afterAll(() => world.stop());

/** Sends a whole conversation with three visitor texts, two of them the same. */
async function converse() {
  const conversation = conversationOf(1, (next += 1));
  conversation.readable(world, history(['hello', 'ok', 'ok'].map((text) => ({ from: 'visitor' as const, text }))));
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  return conversation;
}

function chatOf(conversation: { conversationId: number }) {
  const email = `ana${conversation.conversationId}@example.org`;
  const entries = world.thulium.ledger.entries();
  const starts = entries.filter((entry) => entry.kind === 'start' && entry.client_email === email);
  const said = entries.filter((entry) => entry.conversationId === starts[0]?.conversationId);
  const texts = said.flatMap((entry) => (entry.kind === 'message' ? [entry.text] : []));
  return { starts: starts.length, texts: texts.slice(1), ended: said.some((entry) => entry.kind === 'stop') };
}

async function expectWhole(conversation: { conversationId: number }) {
  await eventually(
    () => chatOf(conversation),
    (chat) => chat.ended,
  );
  expect(chatOf(conversation)).toEqual({ starts: 1, texts: ['hello', 'ok', 'ok'], ended: true });
}

const parked = (conversation: { id: string }) =>
  eventually(
    async () => (await world.deliveries(conversation.id)).find((delivery) => delivery.status === 'parked'),
    (delivery) => delivery !== undefined,
  );

describe('a refusal', () => {
  test.each([
    [401, 'credentials-refused'],
    [403, 'permission-missing'],
    [400, 'request-refused'],
  ])('When Thulium answers a start with %i, then it is parked as %s and not tried again', async (status, reason) => {
    const body = { request_id: '53678450401cf', errors: [{ message: 'No.', code: status }] };
    world.thulium.faults.add({ match: START, times: Infinity, kind: 'status', status, body });
    const conversation = await converse();
    const delivery = await parked(conversation);
    expect(delivery).toMatchObject({ kind: 'start', reason, attempts: 1 });
    expect(delivery?.lastAttempt).toMatchObject({ httpStatus: status, upstreamRequestId: '53678450401cf' });
    expect(world.service.logs()).toContain('53678450401cf');
    expect(chatOf(conversation).starts).toBe(0);
  });

  test('A missing right for one method names that delivery, and what comes after it does not overtake it', async () => {
    world.thulium.setPermissions(['chat_conversations/start', 'chats']);
    const conversation = await converse();
    expect(await parked(conversation)).toMatchObject({ kind: 'message', reason: 'permission-missing' });
    // The close may be planned after the message was refused.
    const later = async () => (await world.deliveries(conversation.id)).filter(({ status }) => status === 'pending');
    const waiting = await eventually(later, ({ length }) => length > 1);
    expect(waiting.map((delivery) => delivery.kind)).toEqual(['transcript', 'end']);
  });

  test('A parked lane keeps no other lane waiting', async () => {
    const email = `ana${next + 1}@example.org`;
    const isFirst = (query: URLSearchParams): boolean => query.get('client_email') === email;
    const match = (request: { query: URLSearchParams }): boolean => isFirst(request.query);
    world.thulium.faults.add({ match, times: Infinity, kind: 'status', status: 403 });
    const stuck = await converse();
    const free = await converse();
    await expectWhole(free);
    await parked(stuck);
  });
});

describe('a failure that passes', () => {
  test('When Thulium answers 429, then nothing is sent before Retry-After, and everything after it', async () => {
    const headers = { 'Retry-After': '1' };
    world.thulium.faults.add({ match: MESSAGE, kind: 'status', status: 429, headers });
    const conversation = await converse();
    await expectWhole(conversation);
    const times = world.thulium.requests.entries().filter((entry) => entry.path.endsWith('/message'));
    const throttled = times.findIndex((entry) => entry.status === 429);
    const pause = Date.parse(times[throttled + 1]!.at) - Date.parse(times[throttled]!.at);
    expect(pause).toBeGreaterThanOrEqual(1_000);
  });

  test('When Thulium is down for a while, then the conversation arrives whole and once', async () => {
    for (const match of [START, MESSAGE, LIST]) {
      world.thulium.faults.add({ match, times: 3, kind: 'status', status: 503 });
    }
    await expectWhole(await converse());
  });

  test('When the line is cut before anything is carried out, then it is sent again', async () => {
    world.thulium.faults.add({ match: MESSAGE, times: 2, kind: 'cut-before' });
    world.thulium.faults.add({ match: START, times: 1, kind: 'cut-before' });
    await expectWhole(await converse());
  });
});

describe('an answer that is lost', () => {
  test('When a start was carried out and its answer lost, then that chat is adopted', async () => {
    world.thulium.faults.add({ match: START, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });

  test('When a message was carried out and its answer lost, then it is found and not said twice', async () => {
    world.thulium.faults.add({ match: MESSAGE, times: 4, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });

  test('A chat of another website on the same queue is not adopted, though its visitor is the same person', async () => {
    world.thulium.faults.add({ match: MESSAGE, times: Infinity, kind: 'status', status: 503 });
    const [first, second] = [conversationOf(1, (next += 1)), conversationOf(2, (next += 1))];
    const email = `ana${first.conversationId}@example.org`;
    for (const [index, conversation] of [first, second].entries()) {
      conversation.readable(world, history([{ from: 'visitor', text: `of site ${index + 1}` }]), { email });
      if (conversation === second) world.thulium.faults.add({ match: START, kind: 'cut-before' });
      await world.sender.send(conversation.started());
      await eventually(
        () => world.deliveries(conversation.id),
        ([start]) => start?.status === 'delivered',
      );
    }
    world.thulium.faults.clear();
    for (const conversation of [first, second]) await world.sender.send(conversation.closed());
    await eventually(
      async () => (await Promise.all([first, second].map(({ id }) => world.deliveries(id)))).flat(),
      (deliveries) => deliveries.filter(({ kind, status }) => kind === 'end' && status === 'delivered').length === 2,
    );
    const entries = () => world.thulium.ledger.entries();
    const starts = entries().filter((entry) => entry.kind === 'start' && entry.client_email === email);
    const textsIn = (chat: string) =>
      entries().flatMap((entry) => (entry.kind === 'message' && entry.conversationId === chat ? [entry.text] : []));
    expect(starts.map(({ conversationId }) => textsIn(conversationId).slice(1))).toEqual([
      ['of site 1'],
      ['of site 2'],
    ]);
  });

  test('A message that shows late is still found: not there is believed at the second reading', async () => {
    world.thulium.slowToShowMs = 40;
    world.thulium.faults.add({ match: MESSAGE, times: 4, kind: 'status-after', status: 500 });
    try {
      await expectWhole(await converse());
    } finally {
      world.thulium.slowToShowMs = 0;
    }
  });

  test('A message that was not answered in time is carried out later still: it is found and not said twice', async () => {
    // Longer than a call may take, and put off behind the look that comes over another connection.
    world.thulium.faults.add({ match: MESSAGE, kind: 'delay', ms: 2_000 });
    // Nobody writes into a chat that is over: it stays open until then.
    world.thulium.faults.add({ match: STOP, kind: 'delay', ms: 1_000 });
    await expectWhole(await converse());
  });

  test('A system that is slow to answer is looked at again that much later: it may be as slow to show', async () => {
    world.thulium.slowToShowMs = 1_250;
    world.thulium.faults.add({ match: LIST, times: Infinity, kind: 'delay-after', ms: 900 });
    world.thulium.faults.add({ match: MESSAGE, kind: 'status-after', status: 500 });
    try {
      await expectWhole(await converse());
    } finally {
      world.thulium.slowToShowMs = 0;
    }
  });

  test('When the list with a queue filter answers 500, then the one without it is read', async () => {
    const match = ({ path, query }: { path: string; query: URLSearchParams }): boolean =>
      path.endsWith('/chats') && query.has('chat_queue_id');
    world.thulium.faults.add({ match, times: Infinity, kind: 'status', status: 500 });
    world.thulium.faults.add({ match: MESSAGE, kind: 'accept-then-cut' });
    await expectWhole(await converse());
  });

  test('An anonymous visitor whose start was doubtful gets their own chat, not another anonymous one', async () => {
    world.thulium.faults.add({ match: START, times: 2, kind: 'accept-then-cut' });
    const [one, two] = [conversationOf(1, (next += 1)), conversationOf(1, (next += 1))];
    await Promise.all([world.sender.send(one.started()), world.sender.send(two.started())]);
    const starts = () =>
      world.thulium.ledger.entries().filter((entry) => entry.kind === 'start' && entry.client_name === 'Visitor');
    await eventually(
      () =>
        world.thulium.ledger
          .entries()
          .filter((entry) => entry.kind === 'message')
          .map((entry) => entry.conversationId),
      (talking) => starts().every((start) => talking.includes(start.conversationId)) && starts().length === 2,
    );
    expect(
      starts()
        .map((start) => start.kind === 'start' && start.client_surname)
        .sort(),
    ).toEqual([one.id, two.id]);
  });
});

test('When a chat was closed by its agent, then the undelivered text is parked and shown as such', async () => {
  const conversation = conversationOf(1, (next += 1));
  conversation.readable(world, history([{ from: 'visitor', text: 'too late' }]));
  await world.sender.send(conversation.started());
  const remoteId = await eventually(
    () => world.thulium.chats().find((chat) => chat.client_email === `ana${next}@example.org`)?.conversation_id,
    (id) => id !== undefined,
  );
  world.thulium.closeByAgent(remoteId ?? '');
  await world.sender.send(conversation.closed());
  expect(await parked(conversation)).toMatchObject({ kind: 'message', reason: 'chat-over' });
});
