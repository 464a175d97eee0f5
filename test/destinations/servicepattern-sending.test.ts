import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ANA,
  failureOf,
  type ServicepatternWorld,
  startServicepatternWorld,
  storedChat,
} from '../support/servicepattern-world.ts';

let world: ServicepatternWorld;

beforeAll(async () => void (world = await startServicepatternWorld()));
beforeEach(() => world.simulator.reset());
afterAll(() => world.stop());

const EVENTS = { method: 'POST', path: /\/events$/ };
const effectsOf = (chatId: string) =>
  world.simulator.ledger.entries().filter((entry) => 'chatId' in entry && entry.chatId === chatId);
const messagesOf = (chatId: string) => effectsOf(chatId).flatMap((entry) => (entry.kind === 'message' ? [entry] : []));
const filesOf = (chatId: string) => effectsOf(chatId).flatMap((entry) => (entry.kind === 'file' ? [entry] : []));
const never = async () => false;

const photo = (bytes = Buffer.from('pixels'), fields: object = {}) => ({
  name: 'p.jpg',
  contentType: 'image/jpeg',
  read: async () => bytes,
  ...fields,
});

describe.each(['v1', 'v2'])('§9 with %s', (apiVersion) => {
  test('1. Open: availability is asked before the chat is requested', async () => {
    const { chat } = await world.open({ apiVersion });
    expect(effectsOf(chat.remoteId)).toMatchObject([{ kind: 'chat' }]);
    const { requests } = world.simulator;
    const asked = requests.entries().slice(-3);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /clientweb/api/${apiVersion}/availability`,
      `GET /clientweb/api/${apiVersion}/parameters`,
      `POST /clientweb/api/${apiVersion}/chats`,
    ]);
  });

  test('1. Closed: the start is unavailable, safe to retry, and no chat is requested', async () => {
    world.simulator.switches.open = false;
    const chats = world.simulator.chats().length;
    const failure = await failureOf(world.open({ apiVersion }));
    expect(failure).toMatchObject({ kind: 'notSent', code: 'unavailable' });
    expect(world.simulator.chats()).toHaveLength(chats);
    await world.open({ apiVersion, whenClosed: 'start' });
    expect(world.simulator.chats()).toHaveLength(chats + 1);
  });

  test('3. Request chat: names, e-mail and nothing that was not asked for', async () => {
    const visitor = { ...ANA, phone: '+34600000000' };
    const { chat } = await world.open({ apiVersion }, world.contextOf({ visitor }));
    const parameters = { first_name: 'Ana', last_name: 'Ruiz', email: 'ana@example.org' };
    expect(effectsOf(chat.remoteId)).toMatchObject([{ request: { from: 'Ana Ruiz', parameters } }]);
    expect(effectsOf(chat.remoteId)[0]).not.toHaveProperty('request.phone_number');
    const called = await world.open({ apiVersion, sendPhoneNumber: true }, world.contextOf({ visitor }));
    expect(effectsOf(called.chat.remoteId)).toMatchObject([{ request: { phone_number: '+34600000000' } }]);
    const anonymous = await world.open({ apiVersion }, world.contextOf({ visitor: {} }));
    expect(effectsOf(anonymous.chat.remoteId)).toMatchObject([{ request: {} }]);
  });

  test('3. Request chat: what the entry expects, by its own names', async () => {
    const visitor = { ...ANA, phone: '+34600000000', externalId: 'crm-7' };
    const { switches } = world.simulator;
    switches.expectedParameters = { vorname: 'FIRST_NAME', konto: 'ACCOUNT', tel: 'PHONE', order: 'TEXT' };
    const given = async (settings: object): Promise<object> => {
      const { chat } = await world.open({ apiVersion, ...settings }, world.contextOf({ visitor }));
      const [effect] = effectsOf(chat.remoteId);
      return effect?.kind === 'chat' ? (effect.request['parameters'] as object) : {};
    };
    const always = { first_name: 'Ana', last_name: 'Ruiz', email: 'ana@example.org' };
    expect(await given({})).toEqual({ ...always, vorname: 'Ana', konto: 'crm-7' });
    expect(await given({ sendPhoneNumber: true })).toMatchObject({ tel: '+34600000000' });
    expect(await given({ askParameters: false })).toEqual(always);
    switches.expectedParameters = undefined;
    expect(await given({})).toEqual(always);
    world.simulator.faults.add({ match: { path: /\/parameters$/ }, kind: 'cut-before' });
    expect(await given({})).toEqual(always);
  });

  test('4. Repeat: the same chat, no second session', async () => {
    const { chat, context, destination } = await world.open({ apiVersion });
    expect((await destination.start(context)).remoteId).toBe(chat.remoteId);
    expect(effectsOf(chat.remoteId).map(({ kind }) => kind)).toEqual(['chat', 'chat-again']);
  });

  test('5. No ewt, is_new_chat as text, state establishing: accepted', async () => {
    world.simulator.switches.answersLoosely = true;
    const { chat, say } = await world.open({ apiVersion });
    await say('hello');
    expect(messagesOf(chat.remoteId)).toHaveLength(1);
  });

  test('6. Active chat: found by its client id; another one has none', async () => {
    const { chat, context, destination } = await world.open({ apiVersion });
    const found = await destination.findStarted(context, new Date(0), never);
    expect(found).toMatchObject({ outcome: 'sent', chat: { remoteId: chat.remoteId } });
    expect(await destination.findStarted(world.contextOf(), new Date(0), never)).toEqual({ outcome: 'notSent' });
    expect(await destination.findStarted(context, new Date(0), async () => true)).toEqual({ outcome: 'cannotTell' });
  });

  test('12. Visitor text: one event, a stable id, the text to the letter', async () => {
    const { chat, say } = await world.open({ apiVersion });
    const text = 'Where is my order? <b>&amp; 🛒 żółć\nsecond line';
    const receipt = await say(text);
    expect(messagesOf(chat.remoteId)).toMatchObject([{ text, plainText: text }]);
    const { msgId } = messagesOf(chat.remoteId)[0]!;
    expect(msgId).toMatch(new RegExp(`^${chat.remoteId}:\\d+$`));
    expect(receipt).toEqual({ remoteMessageId: msgId });
  });

  test('17. Visitor file: uploaded, then shown', async () => {
    const { chat, say } = await world.open({ apiVersion });
    await say('photo at https://example.org', {
      file: photo(Buffer.from([0, 1, 2, 13, 10, 255]), { name: 'a "b" ż.jpg' }),
    });
    const [file] = filesOf(chat.remoteId);
    expect(file).toMatchObject({ type: 'image', name: 'a "b" ż.jpg', msgId: expect.stringContaining(chat.remoteId) });
    const upload = world.simulator.ledger
      .entries()
      .find((entry) => entry.kind === 'upload' && entry.fileId === file?.fileId);
    expect(upload).toMatchObject({ bytes: 6, contentType: 'image/jpeg', name: 'a %22b%22 ż.jpg' });
    expect(messagesOf(chat.remoteId)).toEqual([]);
    await say('paper', { file: { ...photo(), contentType: 'application/pdf' } });
    expect(filesOf(chat.remoteId)[1]).toMatchObject({ type: 'attachment' });
  });

  test('17. Too large for the server: announced as text', async () => {
    world.simulator.switches.fileLimitBytes = 3;
    const { chat, say } = await world.open({ apiVersion });
    await say('photo at https://example.org', { file: photo() });
    expect(filesOf(chat.remoteId)).toEqual([]);
    expect(messagesOf(chat.remoteId)).toMatchObject([{ text: 'photo at https://example.org' }]);
  });

  test('17. 26 MB are refused by the server with 5501 and announced; 25 MB are taken', async () => {
    const { chat, say } = await world.open({ apiVersion });
    const megabytes = (count: number) => photo(Buffer.alloc(count * 1024 * 1024));
    await say('too large', { file: megabytes(26) });
    expect(filesOf(chat.remoteId)).toEqual([]);
    expect(messagesOf(chat.remoteId)).toMatchObject([{ text: 'too large' }]);
    await say('just right', { file: megabytes(25) });
    expect(filesOf(chat.remoteId)).toHaveLength(1);
  });

  test('17. 500 to the event: looked for, then sent once more without an id', async () => {
    world.simulator.switches.refusesFileMsgIds = true;
    const { chat, destination, message } = await world.open({ apiVersion });
    const file = message('photo at https://example.org', { file: photo() });
    expect(await failureOf(destination.send(chat, file))).toMatchObject({ kind: 'unknown' });
    expect(await destination.findSent(chat, file)).toBe('notSent');
    await destination.send(chat, file);
    expect(filesOf(chat.remoteId)).toMatchObject([{ msgId: '' }]);
    expect(
      world.simulator.ledger
        .entries()
        .filter((entry) => entry.kind === 'upload' && entry.fileId === filesOf(chat.remoteId)[0]?.fileId),
    ).toHaveLength(1);
  });

  test('21. Visitor ends: the chat is over; ending again, or what is over, is a success', async () => {
    const { chat, destination } = await world.open({ apiVersion });
    await destination.end(chat);
    await destination.end(chat);
    expect(effectsOf(chat.remoteId).filter(({ kind }) => kind === 'end')).toMatchObject([{ how: 'end' }]);
    const other = await world.open({ apiVersion, endWith: 'disconnect' });
    await other.destination.end(other.chat);
    expect(effectsOf(other.chat.remoteId)).toMatchObject([{ kind: 'chat' }, { kind: 'end', how: 'disconnect' }]);
  });

  test('26. No server takes the chat: safe to retry, then it starts', async () => {
    const body = { error_code: '5001', error_message: 'No server' };
    const match = { method: 'POST', path: /\/chats$/ };
    world.simulator.faults.add({ match, kind: 'status', status: 503, headers: { 'Retry-After': '7' }, body });
    const context = world.contextOf();
    const failure = await failureOf(world.open({ apiVersion }, context));
    expect(failure).toMatchObject({ kind: 'notSent', code: 'unavailable', retryAfterMs: 7_000 });
    await world.open({ apiVersion }, context);
  });
});

describe('every call', () => {
  test('has the header grammar, the tenant, the user agent and what defeats caches', async () => {
    const { listener, say, chat, destination } = await world.open({ relayScenarioTexts: false });
    await say('hello', { file: photo() });
    await listener.readOnce();
    await listener.readOnce();
    const agent = world.simulator.agent(chat.remoteId);
    const id = agent.sendFile('quote.pdf', Buffer.from('pdf'));
    await destination.receiver!.fetchFile(chat, { id, name: 'quote.pdf' }, 100);
    const headers = world.simulator.headers.entries();
    for (const { userAgent, cacheControl, authorization } of headers) {
      expect({ userAgent, cacheControl }).toEqual({ userAgent: 'MobileClient', cacheControl: 'no-cache' });
      expect(authorization).toMatch(/^MOBILE-API-140-327-PLAIN appId="app-1", clientId="[0-9a-f-]{14}5[0-9a-f-]{21}"$/);
    }
    const requests = world.simulator.requests.entries();
    for (const { query } of requests) expect(query).toHaveProperty('tenantUrl', 'acme.brightpattern.com');
    const nonces = requests.filter(({ method }) => method === 'GET').map(({ query }) => query['nonce']);
    expect(nonces).not.toContain(undefined);
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  test('The client id is the same on every start of a conversation, another for another entry', async () => {
    const context = world.contextOf({ conversationId: 'ha-7:7' });
    const clientIdIn = ({ state }: { state: unknown }) => (state as { clientId: string }).clientId;
    const first = await world.destination().start(context);
    expect(clientIdIn(await world.destination().start(context))).toBe(clientIdIn(first));
    expect(clientIdIn(first)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const { clientIdOf } = await import('../../src/destinations/servicepattern/client-id.ts');
    const entry = { tenantUrl: 'acme.brightpattern.com', appId: 'app-1' };
    expect(clientIdOf('ha-7:7', entry)).toBe(clientIdIn(first));
    expect(clientIdOf('ha-7:7', { ...entry, appId: 'app-2' })).not.toBe(clientIdIn(first));
  });
});

describe('a chat that was there already', () => {
  test('What was said in it is not said again; what was not, is', async () => {
    const { chat, context, destination, message } = await world.open();
    const [said, unsaid] = [message('one'), message('two')];
    await destination.send(chat, said);
    const again = storedChat(await destination.start(context));
    await destination.send(again, said);
    await destination.send(again, unsaid);
    expect(messagesOf(chat.remoteId).map(({ text }) => text)).toEqual(['one', 'two']);
  });

  test('One that is over is not adopted, whoever still lists it', async () => {
    const { chat, context, destination } = await world.open();
    world.simulator.emit(chat.remoteId, { event: 'chat_session_ended' });
    expect(await failureOf(destination.start(context))).toMatchObject({ kind: 'notSent', code: 'unavailable' });
    expect(await destination.findStarted(context, new Date(0), never)).toEqual({ outcome: 'notSent' });
    world.simulator.drop(chat.remoteId);
    expect((await destination.start(context)).remoteId).not.toBe(chat.remoteId);
  });
});

describe('a message in doubt', () => {
  test('is found by its id, also when its answer was lost', async () => {
    const { chat, destination, message } = await world.open();
    world.simulator.faults.add({ match: EVENTS, kind: 'accept-then-cut' });
    const text = message('ok');
    expect(await failureOf(destination.send(chat, text))).toMatchObject({ kind: 'unknown' });
    expect(await destination.findSent(chat, text)).toBe('sent');
    expect(await destination.findSent(chat, message('ok'))).toBe('notSent');
  });

  test('is found by its text where the server gives ids of its own, counted', async () => {
    world.simulator.switches.renamesMsgIds = true;
    const { chat, destination, message } = await world.open({ htmlEscape: true });
    await destination.send(chat, message('a < b\nc'));
    expect(messagesOf(chat.remoteId)).toMatchObject([{ text: 'a &lt; b<br>c', plainText: 'a < b\nc' }]);
    expect(await destination.findSent(chat, message('a < b\nc'))).toBe('sent');
    expect(await destination.findSent(chat, message('a < b\nc', { equalBefore: 1 }))).toBe('notSent');
  });

  test("An agent's equal text is not ours", async () => {
    const { chat, destination, message } = await world.open();
    world.simulator.agent(chat.remoteId).write('ok');
    expect(await destination.findSent(chat, message('ok'))).toBe('notSent');
  });

  test('A file without an id is found by its upload', async () => {
    world.simulator.switches.refusesFileMsgIds = true;
    const { chat, destination, message } = await world.open();
    const file = message('photo', { file: photo() });
    await failureOf(destination.send(chat, file));
    world.simulator.faults.add({ match: EVENTS, kind: 'accept-then-cut' });
    expect(await failureOf(destination.send(chat, file))).toMatchObject({ kind: 'unknown' });
    expect(await destination.findSent(chat, file)).toBe('sent');
  });

  test('A file that the server fails at twice is announced as text', async () => {
    const { chat, destination, message } = await world.open();
    world.simulator.faults.add({ match: EVENTS, times: 2, kind: 'status', status: 500, body: { error_code: 5500 } });
    const file = message('photo at https://example.org', { file: photo() });
    await failureOf(destination.send(chat, file));
    await failureOf(destination.send(chat, file));
    await destination.send(chat, file);
    expect(filesOf(chat.remoteId)).toEqual([]);
    expect(messagesOf(chat.remoteId)).toMatchObject([{ text: 'photo at https://example.org' }]);
  });

  test('A file operation error (5558) is retried once, then announced', async () => {
    const { chat, destination, message } = await world.open();
    const match = { method: 'POST', path: /\/files$/ };
    world.simulator.faults.add({ match, times: 2, kind: 'status', status: 500, body: { error_code: '5558' } });
    const file = message('photo', { file: photo() });
    expect(await failureOf(destination.send(chat, file))).toMatchObject({ kind: 'notSent' });
    await destination.send(chat, file);
    expect(messagesOf(chat.remoteId)).toMatchObject([{ text: 'photo' }]);
  });
});
