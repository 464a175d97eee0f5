import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LIST, startThuliumWorld, type ThuliumWorld } from './thulium-world.ts';

const START = { method: 'POST', path: /\/start$/ };
const MESSAGE = { method: 'POST', path: /\/message$/ };

let world: ThuliumWorld;

beforeEach(async () => void (world = await startThuliumWorld()));
afterEach(() => world.stop());

const visitor = { firstName: 'Jan', lastName: 'Kowalski', email: 'jan@example.org', externalId: 'iadv-77' };
const context = { conversationId: 'ha-1:77', visitor, openingText: '' };

test('1: a start makes one conversation, with all that is known of the client in the query and an empty body', async () => {
  const { remoteId } = await world.destination.start(context);
  expect(world.simulator.ledger.entries()).toMatchObject([{ kind: 'start', conversationId: remoteId }]);
  expect(world.simulator.requests.entries()).toMatchObject([
    {
      ...{ method: 'POST', path: '/api/chat_conversations/start', status: 200 },
      query: {
        ...{ chat_queue_id: '3', client_name: 'Jan', client_surname: 'Kowalski' },
        ...{ client_email: 'jan@example.org', client_id: 'iadv-77' },
      },
    },
  ]);
});

test.each([
  [2, 400, 'chat_queue_id is required.', 100_001, 'request-refused'],
  [3, 401, 'Unauthorized.', 401, 'credentials-refused'],
  [4, 403, 'Forbidden.', 403, 'permission-missing'],
])('%i: a start that is answered %i is refused with the request id, and not tried again', async (...given) => {
  const [, status, message, code, reason] = given;
  const body = { request_id: '53678450401cf', errors: [{ message, code }] };
  world.simulator.faults.add({ match: START, times: Infinity, kind: 'status', status, body });
  await expect(world.destination.start(context)).rejects.toMatchObject({
    ...{ kind: 'refused', code: reason, httpStatus: status, requestId: '53678450401cf' },
  });
  expect(world.simulator.requests.entries()).toHaveLength(1);
});

test('4: a missing right is refused by the method, and the others work', async () => {
  const chat = await world.start();
  world.simulator.setPermissions(['chats', 'chats/queues', 'chat_conversations/stop']);
  await expect(world.say(chat, 'a')).rejects.toMatchObject({ kind: 'refused', code: 'permission-missing' });
  await world.destination.end(chat);
  expect(world.simulator.chats()[0]?.status).toBe('CLOSED');
});

test('5: a text arrives as it is, letter for letter', async () => {
  const chat = await world.start();
  const text = 'Dzień dobry, gdzie jest moja paczka? 🧡 <b>&amp;</b>\n"zażółć"';
  await world.say(chat, text);
  expect(world.simulator.ledger.entries()[1]).toMatchObject({ kind: 'message', conversationId: chat.remoteId, text });
});

test('24: a file of the visitor is a text with its name and address', async () => {
  const chat = await world.start();
  const file = { name: 'photo.jpg', contentType: 'image/jpeg', read: () => Promise.reject(new Error('not asked for')) };
  const text = '[file] photo.jpg https://files.example/abc';
  await world.destination.send(chat, { key: 'k', text, file });
  expect(world.simulator.ledger.entries()[1]).toMatchObject({ kind: 'message', text });
});

describe('the end', () => {
  test('19: an end is carried out once, and a second one is a success', async () => {
    const chat = await world.start();
    await world.destination.end(chat);
    await world.destination.end(chat);
    expect(world.simulator.ledger.entries().map(({ kind }) => kind)).toEqual(['start', 'stop']);
    const stops = world.simulator.requests.entries().filter(({ path }) => path.endsWith('/stop'));
    expect(stops.map(({ status }) => status)).toEqual([200, 404]);
  });

  test('20: a text after the end is told as undelivered, since the chat is over', async () => {
    const chat = await world.start();
    world.simulator.closeByAgent(chat.remoteId);
    await expect(world.say(chat, 'too late')).rejects.toMatchObject({
      ...{ kind: 'gone', code: 'chat-over', httpStatus: 404, requestId: expect.stringMatching(/^[0-9a-f]{13}$/) },
    });
    expect(world.simulator.ledger.entries()).toHaveLength(1);
  });

  test.each([400, 409, 410, 422])('An end that is answered %i has happened already', async (status) => {
    const chat = await world.start();
    world.simulator.faults.add({ match: { path: /\/stop$/ }, kind: 'status', status });
    await world.destination.end(chat);
  });
});

describe('in doubt', () => {
  test('A start whose answer was lost is found by its person, once', async () => {
    const since = new Date();
    world.simulator.faults.add({ match: START, kind: 'accept-then-cut' });
    await expect(world.destination.start(context)).rejects.toMatchObject({ kind: 'unknown' });
    const [made] = world.simulator.chats();
    const found = await world.destination.findStarted(context, since, async () => false);
    expect(found).toMatchObject({ outcome: 'sent', chat: { remoteId: made?.conversation_id } });
    const taken = await world.destination.findStarted(context, since, async () => true);
    expect(taken).toEqual({ outcome: 'notSent' });
  });

  test('Where two chats of that name may be the one, nobody can tell, until one of them is known to be taken', async () => {
    const named = { ...context, visitor: { firstName: 'Jan' } };
    const [one, two] = [await world.destination.start(named), await world.destination.start(named)];
    const find = (taken: readonly string[]) =>
      world.destination.findStarted(named, new Date(), async (id) => taken.includes(id));
    expect(await find([])).toEqual({ outcome: 'cannotTell' });
    expect(await find([one.remoteId])).toMatchObject({ outcome: 'sent', chat: { remoteId: two.remoteId } });
  });

  test('Of two chats with the same address one is it: they are the same person’s', async () => {
    const both = [await world.destination.start(context), await world.destination.start(context)];
    const found = await world.destination.findStarted(context, new Date(), async () => false);
    expect(found).toMatchObject({ outcome: 'sent' });
    expect(both.map(({ remoteId }) => remoteId)).toContain(found.outcome === 'sent' && found.chat.remoteId);
  });

  test('A text whose answer was lost is found, a text that was cut off is not', async () => {
    const chat = await world.start();
    const message = { key: 'k', text: 'ok', equalBefore: 0, maybeBefore: 0 };
    world.simulator.faults.add({ match: MESSAGE, kind: 'cut-before' });
    await expect(world.destination.send(chat, message)).rejects.toMatchObject({ kind: 'unknown' });
    expect(await world.destination.findSent(chat, message)).toBe('notSent');
    world.simulator.faults.add({ match: MESSAGE, kind: 'accept-then-cut' });
    await expect(world.destination.send(chat, message)).rejects.toMatchObject({ kind: 'unknown' });
    expect(await world.destination.findSent(chat, message)).toBe('sent');
  });

  test('A chat that the list does not show, nobody can tell about', async () => {
    const chat = await world.start();
    world.simulator.faults.add({ match: LIST, times: 2, kind: 'status', status: 200, body: { count: 0, result: [] } });
    expect(await world.destination.findSent(chat, { key: 'k', text: 'ok', equalBefore: 0, maybeBefore: 0 })).toBe(
      'cannotTell',
    );
  });
});
