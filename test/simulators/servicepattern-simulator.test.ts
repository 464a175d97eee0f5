import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from './http-call.ts';
import { type ServicepatternSimulator, startServicepattern } from './servicepattern-simulator.ts';

const TENANT = 'acme.brightpattern.com';
const SCHEME = 'MOBILE-API-140-327-PLAIN';

let simulator: ServicepatternSimulator;
let clients = 0;

beforeAll(async () => void (simulator = await startServicepattern({ tenantUrl: TENANT, appId: 'app-1' })));
beforeEach(() => {
  simulator.reset();
  clients += 1;
});
afterAll(() => simulator.close());

interface Body {
  error_code?: string;
  chat_id?: string;
  is_new_chat?: boolean;
  events?: { event: string; msg?: string; party_id?: string }[];
  server_version?: string;
}

const authorization = () => `${SCHEME} appId="app-1", clientId="client-${clients}"`;

function ask(
  method: string,
  path: string,
  options: { version?: string; header?: string | null; query?: string; body?: object } = {},
) {
  const { version = 'v1', header = authorization(), query = `?tenantUrl=${TENANT}`, body } = options;
  const headers: Record<string, string> = header === null ? {} : { Authorization: header };
  return call<Body>(`${simulator.url}/${version}/${path}${query}`, {
    method,
    headers,
    ...(body && { body: body as Record<string, unknown> }),
  });
}

const openChat = async () => (await ask('POST', 'chats', { body: {} })).json.chat_id ?? '';
const write = (chatId: string, events: object[]) => ask('POST', `chats/${chatId}/events`, { body: { events } });

describe('§9 2. No auth', () => {
  test.each([
    ['no header', null, undefined, '2000'],
    ['another scheme', 'Basic YTpi', undefined, '2002'],
    ['no parameters in the right form', `${SCHEME} appId:"app-1"`, undefined, '2001'],
    ['parameters without a comma', `${SCHEME} appId="app-1" clientId="c"`, undefined, '2001'],
    ['no application', `${SCHEME} clientId="c"`, undefined, '2003'],
    ['no client', `${SCHEME} appId="app-1"`, undefined, '2004'],
    ['the browser’s client', `${SCHEME} appId="app-1", clientId="WebChat"`, undefined, '2004'],
    ['an unknown application', `${SCHEME} appId="other", clientId="c"`, undefined, '3000'],
    ['no tenant', `${SCHEME} appId="app-1", clientId="c"`, '', '1000'],
    ['a tenant with a scheme', `${SCHEME} appId="app-1", clientId="c"`, `?tenantUrl=https://${TENANT}`, '1000'],
  ])('%s', async (_name, header, query, code) => {
    for (const status of [401, 403] as const) {
      simulator.switches.refusalStatus = status;
      const answer = await ask('GET', 'availability', { header, ...(query !== undefined && { query }) });
      expect([answer.status, answer.json.error_code]).toEqual([status, code]);
    }
  });

  test('Values without quotes are taken, as an app of the vendor sends them', async () => {
    const header = `${SCHEME} appId=app-1, clientId=c`;
    expect((await ask('GET', 'availability', { header })).json).toEqual({ chat: 'available', ewt: '3' });
  });
});

test('§9 28. Only v2 has a version', async () => {
  expect((await ask('GET', 'version', { version: 'v2' })).json.server_version).toBe('5.9.1.100');
  expect((await ask('GET', 'version')).status).toBe(404);
  simulator.switches.versions = ['v1'];
  expect((await ask('GET', 'version', { version: 'v2' })).status).toBe(404);
});

test('A chat is seen by its own end user only, and an unknown one is 404 5005', async () => {
  const chatId = await openChat();
  const header = `${SCHEME} appId="app-1", clientId="another"`;
  for (const answer of [
    await ask('GET', `chats/${chatId}/history`, { header }),
    await ask('GET', 'chats/none/events'),
    await ask('GET', 'chats/active', { header }),
  ]) {
    expect([answer.status, answer.json.error_code]).toEqual([404, '5005']);
  }
});

test.each([
  ['v1', 400],
  ['v2', 429],
])('A second poll at the same time is refused by %s with %i 5509, and the first goes on', async (version, status) => {
  const chatId = await openChat();
  await ask('GET', `chats/${chatId}/events`);
  simulator.switches.holdMs = 3_000;
  const answers = Array.from({ length: 2 }, () => ask('GET', `chats/${chatId}/events`, { version }));
  const refused = await Promise.race(answers);
  expect([refused.status, refused.json.error_code]).toEqual([status, '5509']);
  simulator.agent(chatId).write('news');
  const both = await Promise.all(answers);
  expect(both.flatMap(({ json }) => json.events ?? []).map(({ msg }) => msg)).toEqual(['news']);
});

test('Events are handed out once; history keeps all of both sides', async () => {
  const chatId = await openChat();
  const agent = simulator.agent(chatId);
  agent.join();
  agent.write('hello');
  await write(chatId, [{ event: 'chat_session_message', msg: 'hi', msg_id: `${chatId}:1` }]);
  const polled = (await ask('GET', `chats/${chatId}/events`)).json.events ?? [];
  expect(polled.filter(({ msg }) => msg !== undefined)).toMatchObject([{ msg: 'hello', party_id: agent.partyId }]);
  expect((await ask('GET', `chats/${chatId}/events`)).json.events).toEqual([]);
  const history = (await ask('GET', `chats/${chatId}/history`)).json.events ?? [];
  expect(history.filter(({ msg }) => msg !== undefined)).toMatchObject([
    { msg: 'hello' },
    { msg: 'hi', party_id: chatId },
  ]);
});

test('What cannot be decoded is refused, and nothing of it is carried out', async () => {
  const chatId = await openChat();
  const good = { event: 'chat_session_message', msg: 'hi' };
  for (const events of [[], [good, { event: 'chat_session_message' }], [{ event: 'chat_session_other' }]]) {
    expect((await write(chatId, events)).json.error_code).toBe('5003');
  }
  const file = { event: 'chat_session_file', msg_id: '', file_id: 'none', file_type: 'image', file_name: 'p' };
  expect((await write(chatId, [file])).json.error_code).toBe('5502');
  const body = { method: 'POST', headers: { Authorization: authorization() }, body: 'file' };
  const upload = await call<Body>(`${simulator.url}/v1/files?tenantUrl=${TENANT}`, body);
  expect(upload.json.error_code).toBe('5003');
  expect(simulator.ledger.entries().filter((entry) => entry.kind === 'message' && entry.chatId === chatId)).toEqual([]);
});

test('One session for each client until it has ended', async () => {
  const [first, again] = [await ask('POST', 'chats', { body: {} }), await ask('POST', 'chats', { body: {} })];
  expect([first.json.is_new_chat, again.json.is_new_chat]).toEqual([true, false]);
  expect(again.json.chat_id).toBe(first.json.chat_id);
  await write(first.json.chat_id ?? '', [{ event: 'chat_session_end' }]);
  expect((await ask('GET', `chats/${first.json.chat_id}/events`)).json.error_code).toBe('5005');
  expect((await ask('POST', 'chats', { body: {} })).json).toMatchObject({ is_new_chat: true });
});

test('What is slow to show in history hides what comes after it', async () => {
  const chatId = await openChat();
  simulator.slowToShowMs = 60_000;
  await write(chatId, [{ event: 'chat_session_message', msg: 'slow' }]);
  simulator.slowToShowMs = 0;
  await write(chatId, [{ event: 'chat_session_message', msg: 'quick' }]);
  const history = (await ask('GET', `chats/${chatId}/history`)).json.events ?? [];
  expect(history.map(({ event }) => event)).toEqual(['chat_session_status']);
});
