import { randomBytes } from 'node:crypto';
import type { Ledger } from './ledger.ts';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';
import { listChats } from './thulium-chat-list.ts';
import type { ThuliumChats, ThuliumClient } from './thulium-chats.ts';

/** One line per effect in the chat system; a refused or repeated request leaves none. */
export type ThuliumEffect =
  | ({ kind: 'start'; conversationId: string } & ThuliumClient)
  | { kind: 'message'; conversationId: string; text: string }
  | { kind: 'stop'; conversationId: string };

export interface ThuliumQueue {
  id: number;
  name: string;
}

export interface ThuliumCustomer {
  customer_id: number;
  name?: string;
  surname?: string;
  email?: string;
  phone_number?: string;
  identifier?: string;
  group?: string;
  custom_fields?: Record<string, string>;
}

export interface ThuliumRoutesOptions {
  chats: ThuliumChats;
  ledger: Ledger<ThuliumEffect>;
  queues: ThuliumQueue[];
  /** The CRM; changed in place. */
  customers?: ThuliumCustomer[];
  access: { user: string; password: string; permissions: '*' | string[] };
}

interface Refusal {
  refused: string;
  status: number;
  code: number;
}

type Outcome = SimulatorAnswer | Refusal;

interface Route {
  method: string;
  path: RegExp;
  permission: string;
  answer: (request: SimulatorRequest, id: string) => Outcome;
}

const CLIENT_FIELDS = ['client_name', 'client_surname', 'client_email', 'client_id', 'customer_id'] as const;

export function createThuliumRoutes({ chats, ledger, queues, customers = [], access }: ThuliumRoutesOptions) {
  const start = ({ query }: SimulatorRequest): Outcome => {
    const queueId = query.get('chat_queue_id');
    if (!queueId) return refusal(400, 'chat_queue_id is required.', 100001);
    if (!/^\d+$/.test(queueId)) return refusal(400, 'chat_queue_id must be a number.');
    if (!queues.some(({ id }) => id === Number(queueId))) return refusal(422, 'Chat queue not found.');
    const client: ThuliumClient = { chat_queue_id: Number(queueId) };
    for (const field of CLIENT_FIELDS) {
      const value = query.get(field);
      if (value !== null) client[field] = value;
    }
    const conversationId = chats.start(client);
    ledger.append({ kind: 'start', conversationId, ...client });
    return { status: 200, body: { conversation_id: conversationId } };
  };

  const message = ({ body }: SimulatorRequest, conversationId: string): Outcome => {
    const text = jsonObject(body)?.['text'];
    if (typeof text !== 'string') return refusal(400, 'The body must be JSON with a text.');
    if (!chats.clientWrites(conversationId, text)) return refusal(404, 'Conversation not found.');
    ledger.append({ kind: 'message', conversationId, text });
    return { status: 200 };
  };

  const stop = (_request: SimulatorRequest, conversationId: string): Outcome => {
    if (!chats.close(conversationId)) return refusal(404, 'Conversation not found.');
    ledger.append({ kind: 'stop', conversationId });
    return { status: 200 };
  };

  const list = ({ query }: SimulatorRequest): Outcome => {
    const found = listChats(chats.shown(), query);
    return typeof found === 'string' ? refusal(400, found) : { status: 200, body: found };
  };

  const findCustomers = ({ query }: SimulatorRequest): Outcome => {
    const fits = (key: 'email' | 'identifier', value: string | undefined): boolean =>
      !query.has(key) || query.get(key) === value;
    const found = customers.filter(({ email, identifier }) => fits('email', email) && fits('identifier', identifier));
    return { status: 200, body: { count: found.length, result: found } };
  };

  const routes: Route[] = [
    {
      method: 'POST',
      path: /^\/api\/chat_conversations\/start$/,
      permission: 'chat_conversations/start',
      answer: start,
    },
    {
      method: 'POST',
      path: /^\/api\/chat_conversations\/([^/]+)\/message$/,
      permission: 'chat_conversations/message',
      answer: message,
    },
    {
      method: 'POST',
      path: /^\/api\/chat_conversations\/([^/]+)\/stop$/,
      permission: 'chat_conversations/stop',
      answer: stop,
    },
    { method: 'GET', path: /^\/api\/customers$/, permission: 'customers', answer: findCustomers },
    { method: 'GET', path: /^\/api\/chats$/, permission: 'chats', answer: list },
    {
      method: 'GET',
      path: /^\/api\/chats\/queues$/,
      permission: 'chats/queues',
      answer: () => ({ status: 200, body: queues }),
    },
  ];

  const decide = (request: SimulatorRequest): Outcome => {
    const expected = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return refusal(401, 'Unauthorized.');
    const route = routes.find(({ method, path }) => method === request.method && path.test(request.path));
    if (!route) return refusal(404, 'Method not found.');
    const allowed = access.permissions === '*' || access.permissions.includes(route.permission);
    return allowed ? route.answer(request, route.path.exec(request.path)?.[1] ?? '') : refusal(403, 'Forbidden.');
  };

  return (request: SimulatorRequest): SimulatorAnswer => {
    const outcome = decide(request);
    const requestId = randomBytes(7).toString('hex').slice(1);
    const headers = { 'X-Request-Id': requestId };
    if (!('refused' in outcome)) return { ...outcome, headers };
    const { refused: message, status, code } = outcome;
    return { status, headers, body: { request_id: requestId, errors: [{ message, code }] } };
  };
}

function refusal(status: number, message: string, code = status): Refusal {
  return { refused: message, status, code };
}
