import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { jsonObject, type RequestEntry, type SimulatorAnswer, startSimulator } from './simulator-server.ts';

/** What the agent submitted, by field id. */
export type ClosingFormAnswers = Record<string, string>;

/** One query as it was asked. */
export interface AskedQuery {
  query: 'by-legacy-id' | 'by-uuid' | 'legacy-id';
  variables: Record<string, unknown>;
  platform: string | null;
}

export interface IadvizeGraphqlOptions {
  username: string;
  password: string;
}

export interface IadvizeGraphqlSimulator {
  /** The two endpoints, as the service's environment names them. */
  environment: { IADVIZE_GRAPHQL_URL: string; IADVIZE_OAUTH_URL: string };
  faults: Faults;
  requests: Ledger<RequestEntry>;
  asked: Ledger<AskedQuery>;
  /** `legacyId`: "ha-123". A conversation of today has a UUID too. */
  setConversation: (conversation: { legacyId: string; uuid?: string; answers?: ClosingFormAnswers }) => void;
  /** What a schema without the query of one time answers: an error in place of data. */
  forgetQuery: (query: AskedQuery['query']) => void;
  revokeTokens: () => void;
  close: () => Promise<void>;
}

interface StoredConversation {
  legacyId: string;
  uuid?: string;
  answers: ClosingFormAnswers;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** iAdvize's token endpoint and the two queries for closing answers, each with its own kind of id. */
export async function startIadvizeGraphql({
  username,
  password,
}: IadvizeGraphqlOptions): Promise<IadvizeGraphqlSimulator> {
  const faults = createFaults();
  const requests = createLedger<RequestEntry>();
  const asked = createLedger<AskedQuery>();
  const conversations: StoredConversation[] = [];
  const forgotten = new Set<AskedQuery['query']>();
  let tokens = new Set<string>();
  let logins = 0;

  const logIn = (body: Buffer): SimulatorAnswer => {
    const form = new URLSearchParams(body.toString('utf8'));
    const known = form.get('username') === username && form.get('password') === password;
    if (!known || form.get('grant_type') !== 'password') return { status: 400, body: { error: 'invalid_grant' } };
    logins += 1;
    const token = `graphql-token-${logins}`;
    tokens.add(token);
    const answer = { refresh_token: 'r', token_type: 'bearer', expires_in: 86_400, access_token: token };
    return { status: 200, body: answer };
  };

  const answerQuery = (name: AskedQuery['query'], variables: Record<string, unknown>): SimulatorAnswer => {
    if (forgotten.has(name)) return errors('Cannot query field.');
    if (name === 'by-legacy-id') {
      const { conversationId, connectorVersionId } = variables;
      if (!/^(ha|sd)-\d+$/.test(String(conversationId))) return errors('conversationId is no LegacyId.');
      if (!UUID.test(String(connectorVersionId))) return errors('connectorVersionId is no UUID.');
      const found = conversations.find(({ legacyId }) => legacyId === conversationId);
      const values = Object.entries(found?.answers ?? {}).map(([fieldId, value]) => ({ fieldId, value }));
      return { status: 200, body: { data: { connectorConversationClosingFormValues: values } } };
    }
    if (!UUID.test(String(variables['id']))) return errors('id is no UUID.');
    const found = conversations.find(({ uuid }) => uuid === variables['id']);
    if (!found) return { status: 200, body: { data: { conversation: null } } };
    const closingFormValues = Object.entries(found.answers).map(([fieldId, value]) => ({ fieldId, value }));
    const conversation = name === 'by-uuid' ? { legacyId: found.legacyId, closingFormValues } : found;
    return { status: 200, body: { data: { conversation } } };
  };

  const server = await startSimulator({
    name: 'iAdvize GraphQL',
    faults,
    onRequest: requests.append,
    handle: ({ method, path, headers, body, query }) => {
      if (method !== 'POST') return { status: 405 };
      if (path === '/oauth2/token') return logIn(body);
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
      if (!tokens.has(token)) return { status: 401, body: { error: 'invalid_token' } };
      const { query: document, variables } = jsonObject(body) ?? {};
      const name = nameOf(String(document));
      if (name === undefined) return errors('Unknown query.');
      const given = (variables ?? {}) as Record<string, unknown>;
      asked.append({ query: name, variables: given, platform: query.get('platform') });
      return answerQuery(name, given);
    },
  });

  return {
    environment: {
      IADVIZE_GRAPHQL_URL: `${server.url}/graphql`,
      IADVIZE_OAUTH_URL: `${server.url}/oauth2/token`,
    },
    faults,
    requests,
    asked,
    setConversation({ answers = {}, ...conversation }) {
      const index = conversations.findIndex(({ legacyId }) => legacyId === conversation.legacyId);
      if (index >= 0) conversations.splice(index, 1);
      conversations.push({ ...conversation, answers });
    },
    forgetQuery: (query) => void forgotten.add(query),
    revokeTokens: () => void (tokens = new Set()),
    close: server.close,
  };
}

function nameOf(document: string): AskedQuery['query'] | undefined {
  if (document.includes('connectorConversationClosingFormValues(')) return 'by-legacy-id';
  if (!document.includes('conversation(id:')) return undefined;
  return document.includes('closingFormValues') ? 'by-uuid' : 'legacy-id';
}

/** GraphQL says its errors with a 200. */
function errors(message: string): SimulatorAnswer {
  return { status: 200, body: { errors: [{ message }], data: null } };
}
