import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call, type CallOptions } from './http-call.ts';
import { localTime } from './local-time.ts';
import type { ThuliumChatList } from './thulium-chat-list.ts';
import { startThulium, type ThuliumSimulator } from './thulium-simulator.ts';

const CREDENTIALS = 'Basic YXBpX3VzZXI6YXBpX3Bhc3M=';
const CLIENT = 'client_name=Jan&client_surname=Kowalski&client_email=jan%40example.org&client_id=iadv-77';

interface ErrorEnvelope {
  request_id: string;
  errors: { message: string; code: number }[];
}

describe('Thulium simulator', () => {
  let thulium: ThuliumSimulator;

  const ask = <Body = ErrorEnvelope>(path: string, { headers, ...options }: CallOptions = {}) =>
    call<Body>(`${thulium.url}${path}`, { ...options, headers: { Authorization: CREDENTIALS, ...headers } });
  const post = <Body = ErrorEnvelope>(path: string, body?: CallOptions['body']) =>
    ask<Body>(path, { method: 'POST', ...(body !== undefined && { body }) });
  const start = async (query = `chat_queue_id=3&${CLIENT}`): Promise<string> =>
    (await post<{ conversation_id: string }>(`/chat_conversations/start?${query}`)).json.conversation_id;
  const write = (id: string, text: string) => post(`/chat_conversations/${id}/message`, { text });
  const list = async (query = '') =>
    (await ask<ThuliumChatList>(`/chats?chat_queue_id=3&include_messages=true&include_files=true${query}`)).json;

  beforeEach(async () => {
    const queues = [
      { id: 3, name: 'Website' },
      { id: 4, name: 'Returns' },
    ];
    thulium = await startThulium({ apiUser: 'api_user', apiPassword: 'api_pass', queues });
  });
  afterEach(() => thulium.close());

  test('1: a start gives a conversation and is one effect with the fields of the client', async () => {
    const id = await start();

    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(thulium.ledger.entries()).toMatchObject([
      {
        kind: 'start',
        conversationId: id,
        chat_queue_id: 3,
        client_name: 'Jan',
        client_surname: 'Kowalski',
        client_email: 'jan@example.org',
        client_id: 'iadv-77',
      },
    ]);
    expect(await start()).not.toBe(id);
  });

  test('2: a start without a queue, with a queue that is no number, with an unknown queue', async () => {
    const { status, json, headers } = await post('/chat_conversations/start', { chat_queue_id: 3 });

    expect(status).toBe(400);
    expect(json.errors).toEqual([{ message: 'chat_queue_id is required.', code: 100001 }]);
    expect(json.request_id).toMatch(/^[0-9a-f]{13}$/);
    expect(headers.get('x-request-id')).toBe(json.request_id);
    expect((await post('/chat_conversations/start?chat_queue_id=x')).status).toBe(400);
    expect((await post('/chat_conversations/start?chat_queue_id=9')).status).toBe(422);
    expect(thulium.ledger.entries()).toEqual([]);
  });

  test('3: a bad password is refused everywhere, and the refusal is on the list of requests', async () => {
    const refused = await ask('/chats?limit=1', { headers: { Authorization: 'Basic bm86Ym9keQ==' } });
    expect(refused).toMatchObject({ status: 401, json: { errors: [{ code: 401 }] } });
    expect(thulium.requests.entries()).toMatchObject([
      { method: 'GET', path: '/api/chats', query: { limit: '1' }, status: 401 },
    ]);

    thulium.setPassword('changed');
    expect((await ask('/chats/queues')).status).toBe(401);
  });

  test('4: each method needs its permission', async () => {
    thulium.setPermissions(['chats', 'chats/queues', 'chat_conversations/message', 'chat_conversations/stop']);
    const refused = await post('/chat_conversations/start?chat_queue_id=3');
    expect(refused).toMatchObject({ status: 403, json: { errors: [{ message: 'Forbidden.', code: 403 }] } });
    expect((await ask('/chats')).status).toBe(200);

    thulium.setPermissions(['chat_conversations/start']);
    const id = await start();
    expect((await ask('/chats')).status).toBe(403);
    expect((await ask('/chats/queues')).status).toBe(403);
    expect((await write(id, 'a')).status).toBe(403);
    expect((await post(`/chat_conversations/${id}/stop`)).status).toBe(403);
  });

  test('5 and 8: a text of the visitor is kept byte for byte and shows in the list', async () => {
    const id = await start();
    const text = 'Dzień dobry, gdzie jest moja paczka? 🧡';
    expect(await write(id, text)).toMatchObject({ status: 200, text: '' });

    expect(await list()).toEqual({
      count: 1,
      result: [
        {
          chat_queue_id: 3,
          client_email: 'jan@example.org',
          client_name: 'Jan Kowalski',
          customer_id: null,
          conversation_id: id,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
          closed_at: null,
          status: 'CREATED',
          user_login: null,
          messages: [{ sent_by: 'CLIENT', text, date: expect.any(String) }],
          files: [],
        },
      ],
    });
    expect(thulium.ledger.entries()[1]).toMatchObject({ kind: 'message', conversationId: id, text });
  });

  test('a message without JSON or without a text is refused', async () => {
    const id = await start();

    expect((await post(`/chat_conversations/${id}/message`, '{"text":')).status).toBe(400);
    expect((await post(`/chat_conversations/${id}/message`, { message: 'a' })).status).toBe(400);
    expect(thulium.chats()[0]?.messages).toEqual([]);
  });

  test('9: an agent who writes takes the chat over', async () => {
    const id = await start();
    thulium.agentWrites(id, 'Już sprawdzam');

    expect((await list()).result).toMatchObject([
      { status: 'IN_PROGRESS', user_login: 'akowal', messages: [{ sent_by: 'AGENT', text: 'Już sprawdzam' }] },
    ]);
    expect(thulium.ledger.entries()).toHaveLength(1);
  });

  test('19 and 20: after a stop the conversation is gone for writing, and still on the list', async () => {
    const id = await start();
    expect(await post(`/chat_conversations/${id}/stop`)).toMatchObject({ status: 200, text: '' });
    expect((await post(`/chat_conversations/${id}/stop`)).status).toBe(404);
    const late = await write(id, 'too late');
    expect(late).toMatchObject({ status: 404, json: { errors: [{ message: 'Conversation not found.', code: 404 }] } });

    expect((await list()).result).toMatchObject([{ status: 'CLOSED', closed_at: expect.any(String), messages: [] }]);
    expect(thulium.ledger.entries().map(({ kind }) => kind)).toEqual(['start', 'stop']);
  });

  test('an agent who closes ends the conversation for the visitor', async () => {
    const id = await start();
    thulium.closeByAgent(id);

    expect((await write(id, 'a')).status).toBe(404);
    expect(() => thulium.agentWrites(id, 'b')).toThrow('no open conversation');
  });

  test('21 and 22: a limit and a broken filter are switched on as faults', async () => {
    thulium.faults.add({
      match: { method: 'GET', path: /\/chats$/ },
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '10' },
    });
    expect((await ask('/chats')).headers.get('retry-after')).toBe('10');

    thulium.faults.add({ match: ({ query }) => query.has('chat_queue_id'), kind: 'status', status: 500 });
    expect((await ask('/chats?chat_queue_id=3')).status).toBe(500);
    expect((await ask('/chats')).status).toBe(200);
  });

  test('the list pages by limit and offset, and its count ignores both', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await start());
    await start('chat_queue_id=4');

    const page = await list('&limit=2&offset=3');
    expect(page.count).toBe(5);
    expect(page.result.map((chat) => chat.conversation_id)).toEqual(ids.slice(3, 5));
    expect((await ask('/chats?limit=101')).status).toBe(400);
  });

  test('the list filters by status and by the day of the start in Warsaw', async () => {
    const id = await start();
    await start();
    thulium.closeByAgent(id);
    const minute = thulium.chats()[0]?.created_at.slice(0, 16) ?? '';
    const today = minute.slice(0, 10);
    const tomorrow = localTime(new Date(Date.now() + 26 * 3_600_000), 'Europe/Warsaw').slice(0, 10);

    expect((await list('&status=CLOSED')).result.map((chat) => chat.conversation_id)).toEqual([id]);
    expect((await list(`&date_from=${today}`)).count).toBe(2);
    expect((await list(`&date_from=${encodeURIComponent(minute)}`)).count).toBe(2);
    expect((await list(`&date_to=${tomorrow}`)).count).toBe(2);
    expect((await list(`&date_from=${tomorrow}`)).count).toBe(0);
    expect((await list('&date_to=2020-01-01')).count).toBe(0);
    expect((await ask('/chats?date_from=yesterday')).status).toBe(400);
    expect((await ask('/chats?status=OPEN')).status).toBe(400);
  });

  test('messages and files are on the list only when asked for', async () => {
    await start();
    const { json } = await ask<ThuliumChatList>('/chats');

    expect(json.result[0]).not.toHaveProperty('messages');
    expect(json.result[0]).not.toHaveProperty('files');
  });

  test('a message that is slow to show holds back what was written after it', async () => {
    const id = await start();
    thulium.slowToShowMs = 60_000;
    await write(id, 'slow');
    thulium.slowToShowMs = 0;
    await write(id, 'fast');

    expect((await list()).result[0]?.messages).toEqual([]);
    expect(thulium.chats()[0]?.messages.map(({ text }) => text)).toEqual(['slow', 'fast']);
  });

  test('the queues can be read', async () => {
    expect((await ask('/chats/queues')).json).toEqual([
      { id: 3, name: 'Website' },
      { id: 4, name: 'Returns' },
    ]);
  });
});
