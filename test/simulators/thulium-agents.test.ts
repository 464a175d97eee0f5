import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call, type CallOptions } from './http-call.ts';
import { type SimulatorRequest, startSimulator } from './simulator-server.ts';
import { createFaults } from './faults.ts';
import type { ThuliumChatList } from './thulium-chat-list.ts';
import { startThulium, type ThuliumSimulator } from './thulium-simulator.ts';

const AUTHORIZATION = 'Basic YXBpX3VzZXI6YXBpX3Bhc3M=';
const HOOK = { actions: ['CHAT_AGENT_ASSIGNED', 'CHAT_CONVERSATION_CLOSED'], http_auth_user: 'u' };

let thulium: ThuliumSimulator;

const ask = <Body>(path: string, options: CallOptions = {}) =>
  call<Body>(`${thulium.url}${path}`, { ...options, headers: { Authorization: AUTHORIZATION, ...options.headers } });
const start = async () =>
  (await ask<{ conversation_id: string }>('/chat_conversations/start?chat_queue_id=3', { method: 'POST' })).json
    .conversation_id;
const shown = async () =>
  (await ask<ThuliumChatList>('/chats?include_messages=true&include_files=true')).json.result[0]!;

beforeEach(async () => void (thulium = await startThulium({ apiUser: 'api_user', apiPassword: 'api_pass' })));
afterEach(() => thulium.close());

describe('webhooks', () => {
  test.each([
    ['no actions', { ...HOOK, actions: [], subscription_url: 'http://x.example/' }],
    ['an unknown action', { ...HOOK, actions: ['CHAT_TYPING'], subscription_url: 'http://x.example/' }],
    ['no address', HOOK],
    ['an address that is none', { ...HOOK, subscription_url: 'x.example' }],
  ])('one with %s is refused', async (_what, body) => {
    expect((await ask('/webhooks', { method: 'POST', body })).status).toBe(400);
    expect(thulium.webhooks()).toEqual([]);
  });

  test.each([
    ['json', 'application/json', '"action":"CHAT_AGENT_ASSIGNED"'],
    ['form', 'application/x-www-form-urlencoded', 'action=CHAT_AGENT_ASSIGNED&'],
  ] as const)('are delivered as %s with their credentials, to whoever asked for the event', async (...given) => {
    const [encoding, contentType, start_] = given;
    const seen: SimulatorRequest[] = [];
    const handle = (request: SimulatorRequest) => {
      seen.push(request);
      return { status: 202 };
    };
    const subscriber = await startSimulator({ name: 'subscriber', faults: createFaults(), handle });
    try {
      const body = { ...HOOK, http_auth_password: 'p', subscription_url: `${subscriber.url}/hook` };
      expect(await ask('/webhooks', { method: 'POST', body })).toMatchObject({ json: { id: 1, ...body } });
      expect((await ask('/webhooks')).json).toEqual([{ id: 1, ...body }]);
      thulium.setWebhookEncoding(encoding);
      const id = await start();
      thulium.agentWrites(id, 'hello', 'akowal');
      thulium.agentWrites(id, 'again', 'akowal');
      await thulium.deliveries.waitFor((entries) => entries.length === 1);
      thulium.closeByAgent(id);
      const told = await thulium.deliveries.waitFor((entries) => entries.length === 2);
      expect(told.map(({ action, status }) => [action, status])).toEqual([
        ['CHAT_AGENT_ASSIGNED', 202],
        ['CHAT_CONVERSATION_CLOSED', 202],
      ]);
      expect(seen[0]?.headers).toMatchObject({ authorization: 'Basic dTpw', 'content-type': contentType });
      expect(seen[0]?.body.toString()).toContain(start_);
      expect(seen[0]?.body.toString()).toContain(id);
      expect(seen[0]?.body.toString()).toContain('akowal');
    } finally {
      await subscriber.close();
    }
  });

  test('A subscriber that is not there is noted, and nothing else comes of it', async () => {
    await ask('/webhooks', { method: 'POST', body: { ...HOOK, subscription_url: 'http://127.0.0.1:1/' } });
    thulium.agentWrites(await start(), 'hello');
    expect(await thulium.deliveries.waitFor((entries) => entries.length === 1)).toMatchObject([{ status: null }]);
  });

  test('need their right', async () => {
    thulium.setPermissions(['chats']);
    expect((await ask('/webhooks')).status).toBe(403);
    expect((await ask('/webhooks', { method: 'POST', body: HOOK })).status).toBe(403);
  });
});

describe('what is shown', () => {
  test('has the names of the shape', async () => {
    const id = await start();
    await ask(`/chat_conversations/${id}/message`, { method: 'POST', body: { text: 'a' } });
    thulium.writesAs('SUPERVISOR', id, 'b');
    thulium.setShape({ text: 'message', time: 'created_at', id: 'message_id', client: 'GUEST', agent: 'agent_login' });
    const at = expect.stringMatching(/^\d{4}-/);
    expect((await shown()).messages).toEqual([
      { message_id: 1, sent_by: 'GUEST', message: 'a', created_at: at },
      { message_id: 2, sent_by: 'SUPERVISOR', message: 'b', created_at: at, agent_login: 'akowal' },
    ]);
    thulium.setShape({ newestFirst: true });
    expect((await shown()).messages?.map(({ text }) => text)).toEqual(['b', 'a']);
  });

  test('lacks what was erased, and deleted chats', async () => {
    const id = await start();
    const ids = ['a', 'b', 'c'].map((text) => thulium.agentWrites(id, text));
    thulium.erase(id, ids[0]!, '');
    thulium.erase(id, ids[1]!, null);
    expect((await shown()).messages?.map(({ text }) => text)).toEqual(['', 'c']);
    expect((await ask(`/chat_conversations/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask<ThuliumChatList>('/chats')).json.count).toBe(0);
    expect((await ask(`/chat_conversations/${id}/stop`, { method: 'POST' })).status).toBe(404);
  });

  test('names files, which want the login', async () => {
    const id = await start();
    thulium.agentSends(id, { name: 'a.txt', bytes: Buffer.from('abc'), contentType: 'text/plain' });
    const [file] = (await shown()).files ?? [];
    expect(file).toEqual({ id: 1, name: 'a.txt', size: 3, url: expect.stringMatching(/\/files\/1$/) });
    const url = String(file?.['url']);
    expect(await call(url, { headers: { Authorization: AUTHORIZATION } })).toMatchObject({ status: 200, text: 'abc' });
    expect((await call(url)).status).toBe(401);
  });
});

test('A text that does not say it is JSON is refused, and so is a flag that is neither true nor false', async () => {
  const id = await start();
  const headers = { 'Content-Type': 'text/plain' };
  const path = `/chat_conversations/${id}/message`;
  expect((await ask(path, { method: 'POST', headers, body: '{"text":"a"}' })).status).toBe(400);
  expect((await ask('/chats?include_messages=1')).status).toBe(400);
});
