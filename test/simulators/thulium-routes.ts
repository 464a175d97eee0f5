import { randomBytes } from 'node:crypto';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';
import { listChats } from './thulium-chat-list.ts';
import { type ConversationParts, createConversationCalls, type Outcome, refusal } from './thulium-conversations.ts';
import type { ThuliumFiles } from './thulium-files.ts';

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

export interface ThuliumRoutesOptions extends ConversationParts {
  /** The CRM; changed in place. */
  customers: ThuliumCustomer[];
  files: ThuliumFiles;
  access: { user: string; password: string; permissions: '*' | string[] };
  /** How far the clock in answers is ahead, in ms. */
  clock: { skewMs: number };
}

interface Route {
  method: string;
  path: RegExp;
  /** As the list of rights names it; undefined: every API user may. */
  permission: string | undefined;
  answer: (request: SimulatorRequest, id: string) => Outcome;
}

const route = (method: string, path: RegExp, permission: string | undefined, answer: Route['answer']): Route => ({
  method,
  path,
  permission,
  answer,
});

export function createThuliumRoutes(options: ThuliumRoutesOptions) {
  const { chats, queues, customers, access, webhooks, files, clock } = options;
  const conversations = createConversationCalls(options);

  const list = ({ query }: SimulatorRequest): Outcome => {
    const found = listChats(chats, query);
    return typeof found === 'string' ? refusal(400, found) : { status: 200, body: found };
  };
  const findCustomers = ({ query }: SimulatorRequest): Outcome => {
    const fits = (key: 'email' | 'identifier', value: string | undefined): boolean =>
      !query.has(key) || query.get(key) === value;
    const found = customers.filter(({ email, identifier }) => fits('email', email) && fits('identifier', identifier));
    return { status: 200, body: { count: found.length, result: found } };
  };
  const createWebhook = ({ body }: SimulatorRequest): Outcome => {
    const made = webhooks.create(jsonObject(body));
    return typeof made === 'string' ? refusal(400, made) : { status: 200, body: made };
  };

  const routes: Route[] = [
    route('POST', /^\/api\/chat_conversations\/start$/, 'chat_conversations/start', conversations.start),
    route('POST', /^\/api\/chat_conversations\/([^/]+)\/message$/, 'chat_conversations/message', conversations.message),
    route('POST', /^\/api\/chat_conversations\/([^/]+)\/stop$/, 'chat_conversations/stop', conversations.stop),
    route('DELETE', /^\/api\/chat_conversations\/([^/]+)$/, 'chat_conversations/delete', conversations.delete),
    route('GET', /^\/api\/customers$/, 'customers', findCustomers),
    route('GET', /^\/api\/chats$/, 'chats', list),
    route('GET', /^\/api\/chats\/queues$/, 'chats/queues', () => ({ status: 200, body: queues })),
    route('GET', /^\/api\/webhooks$/, 'webhooks', () => ({ status: 200, body: webhooks.list() })),
    route('POST', /^\/api\/webhooks$/, 'webhooks', createWebhook),
    route('GET', /^\/files\/(\d+)$/, undefined, (_request, id) => files.answer(id) ?? refusal(404, 'No such file.')),
  ];

  const decide = (request: SimulatorRequest): Outcome => {
    const expected = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return refusal(401, 'Unauthorized.');
    const wanted = routes.find(({ method, path }) => method === request.method && path.test(request.path));
    if (!wanted) return refusal(404, 'Method not found.');
    const { permission, path, answer } = wanted;
    const { permissions } = access;
    const allowed = permission === undefined || permissions === '*' || permissions.includes(permission);
    return allowed ? answer(request, path.exec(request.path)?.[1] ?? '') : refusal(403, 'Forbidden.');
  };

  const handle = (request: SimulatorRequest): SimulatorAnswer => {
    const outcome = decide(request);
    const requestId = randomBytes(7).toString('hex').slice(1);
    const headers = { 'X-Request-Id': requestId, Date: new Date(Date.now() + clock.skewMs).toUTCString() };
    if (!('refused' in outcome)) return { ...outcome, headers: { ...headers, ...outcome.headers } };
    const { refused: message, status, code } = outcome;
    return { status, headers, body: { request_id: requestId, errors: [{ message, code }] } };
  };
  return { handle, tell: conversations.tell };
}
