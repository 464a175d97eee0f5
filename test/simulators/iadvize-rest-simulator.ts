import { createFaults, type Faults } from './faults.ts';
import {
  restConversation,
  restOperator,
  restVisitor,
  restWebsite,
  type RestConversation,
  type RestFixture,
  type RestOperator,
  type RestVisitor,
  type RestWebsite,
} from './iadvize-rest-fixtures.ts';
import { filterConversations, filterVisitors, paginate, readFilters } from './iadvize-rest-list.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { startSimulator, type RequestEntry, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';

export interface IadvizeRestOptions {
  apiKeys: string[];
  /** The HTTP status of a wrong key is not documented; the envelope says Forbidden either way. */
  forbiddenStatus?: 200 | 403;
}

export interface MetaFailure {
  status: 'fail' | 'error';
  message: string;
  times?: number;
}

export interface IadvizeRestSimulator {
  /** Base URL ending in /api/2. */
  url: string;
  faults: Faults;
  requests: Ledger<RequestEntry>;
  setVisitor: (visitor: RestFixture<RestVisitor>) => void;
  setConversation: (conversation: RestFixture<RestConversation>) => void;
  setOperator: (operator: RestFixture<RestOperator>) => void;
  setWebsite: (website: RestFixture<RestWebsite>) => void;
  /** Answers HTTP 200 with this meta instead of data. */
  failMeta: (path: RegExp, failure: MetaFailure) => void;
  close: () => Promise<void>;
}

type Resource = 'visitor' | 'conversation' | 'operator' | 'website';

const RESOURCE_PATH = /^\/api\/2\/(visitor|conversation|operator|website)(\.json-unicode)?(?:\/([^/]+))?$/;

export async function startIadvizeRest({
  apiKeys,
  forbiddenStatus = 200,
}: IadvizeRestOptions): Promise<IadvizeRestSimulator> {
  const faults = createFaults();
  const requests = createLedger<RequestEntry>();
  const visitors = new Map<number, RestVisitor>();
  const conversations = new Map<number, RestConversation>();
  const stores = {
    visitor: visitors,
    conversation: conversations,
    operator: new Map<number, RestOperator>(),
    website: new Map<number, RestWebsite>(),
  };

  const search = (resource: Resource, query: URLSearchParams): { id: number }[] | string => {
    const filters = readFilters(query);
    const people = [...visitors.values()];
    if (resource === 'visitor') return filterVisitors(people, filters);
    if (resource !== 'conversation') return [...stores[resource].values()];
    return filterConversations([...conversations.values()], people, filters, new Date());
  };

  const list = (resource: Resource, { query }: SimulatorRequest, show: (item: object) => object): SimulatorAnswer => {
    const found = search(resource, query);
    if (typeof found === 'string') return meta('fail', found);
    const { items, pagination } = paginate(found, query);
    const short = ({ id }: { id: number }): object => ({ id, _link: `${server.url}/api/2/${resource}/${id}` });
    return success(items.map(query.get('full') === '1' ? show : short), { pagination });
  };

  const handle = (request: SimulatorRequest): SimulatorAnswer => {
    if (!apiKeys.includes(keyOf(request))) return { ...meta('error', 'Forbidden'), status: forbiddenStatus };
    const [, name, suffix, id] = RESOURCE_PATH.exec(request.path) ?? [];
    if (request.method !== 'GET' || name === undefined) return meta('error', 'Unknown resource.');
    const resource = name as Resource;
    const wellFormed = suffix !== undefined && request.query.get('formatHistory') === '0';
    const show = (item: object): object => (wellFormed || !('history' in item) ? item : formatHistory(item));
    if (id === undefined) return list(resource, request, show);
    const found = stores[resource].get(Number(id));
    return found ? success(show(found)) : meta('fail', `Unknown '${resource}' with 'id' ${decodeURIComponent(id)}.`);
  };

  const server = await startSimulator({ name: 'iAdvize REST', handle, faults, onRequest: requests.append });

  return {
    url: `${server.url}/api/2`,
    faults,
    requests,
    setVisitor: (visitor) => void visitors.set(visitor.id, restVisitor(visitor)),
    setConversation: (conversation) => void conversations.set(conversation.id, restConversation(conversation)),
    setOperator: (operator) => void stores.operator.set(operator.id, restOperator(operator)),
    setWebsite: (website) => void stores.website.set(website.id, restWebsite(website)),
    failMeta: (path, { status, message, times = 1 }) =>
      faults.add({ match: { path }, kind: 'status', times, ...meta(status, message) }),
    close: server.close,
  };
}

function keyOf({ headers, query }: SimulatorRequest): string {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const userName = basic && Buffer.from(basic, 'base64').toString('utf8').split(':')[0];
  return headers['x-api-key']?.toString() ?? query.get('key') ?? userName ?? '';
}

function success(data: object, extra: object = {}): SimulatorAnswer {
  return { status: 200, body: { meta: { status: 'success' }, data, ...extra } };
}

function meta(status: MetaFailure['status'], message: string): SimulatorAnswer {
  return { status: 200, body: { meta: { status, message } } };
}

/** Without the parameter and the suffix the history is a text for people, which no reader should take for data. */
function formatHistory(item: object): object {
  const { history } = item as Pick<RestConversation, 'history'>;
  if (typeof history === 'string') return item;
  return { ...item, history: history.map(([, time, text]) => `[${time}] ${text}`).join('\n') };
}
