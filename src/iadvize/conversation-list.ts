import type { HttpClient } from '../outgoing/http-client.ts';
import { findConversationNumber } from './conversation-number.ts';
import type { GraphqlClient } from './graphql-client.ts';
import type { IadvizeAccess, Unreadable } from './iadvize-source.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import { type ListedItem, listedItemSchema, wholeItemSchema } from './list-schemas.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { type Reading, readRestTime, restWindow } from './rest-time.ts';
import { createSiteClock } from './site-clock.ts';

export interface ListDependencies {
  http: HttpClient;
  graphql: GraphqlClient;
  restUrls: Record<'sd' | 'ha', string>;
  accessOf: (installationId: string) => Promise<IadvizeAccess | undefined>;
}

/** A conversation as REST lists it; the first of its ids is REST's number, the other what v2 events call it. */
export interface ListedRestConversation {
  ids: readonly [string, ...string[]];
  startedAt: Reading;
  closedAt?: Reading;
  waiting: boolean;
  channel?: string;
  visitorId?: string;
  operatorId?: string;
}

export interface AskedRestConversation {
  installationId: string;
  ids: readonly string[];
  startedAt?: Date;
  visitorExternalId?: string;
}

const PAGE = 100;
const MOST_PAGES = 50;
/** REST lists these; others are known by events only (contract 3.2). */
const LISTED_CHANNELS: ReadonlySet<string> = new Set(['chat', 'call', 'video']);
const NEVER: Reading = { earliest: new Date(0), latest: new Date(8.64e15) };

/** iAdvize's conversations as REST lists them. Throws `IadvizeFailure` of kind `unavailable`; what is final is an answer. */
export function createRestConversationList({ http, graphql, restUrls, accessOf }: ListDependencies) {
  const siteClock = createSiteClock();

  async function reach(installationId: string): Promise<{ access: IadvizeAccess; rest: RestClient } | undefined> {
    const access = await accessOf(installationId);
    if (access?.restApiKey === undefined) return undefined;
    return { access, rest: createRestClient(restUrls[access.platform], access.restApiKey, http) };
  }

  return {
    async between(installationId: string, from: Date, to: Date) {
      const reached = await reach(installationId);
      if (!reached) return { unreadable: 'no-credentials' } as const;
      const { access, rest } = reached;
      return orUnreadable(async () => {
        const zone = await siteClock.zoneOf(access, rest);
        const window = restWindow(from, to, zone);
        const items = await readPages(rest, {
          full: '1',
          'filters[website_id]': access.websiteNumber,
          'filters[from]': window.from,
          'filters[to]': window.to,
        });
        if (items === 'too-many') return { refused: 'too-many' } as const;
        const parsed = items.map((item) => listedItemSchema.safeParse(item));
        const good = parsed.flatMap(({ data }) => (data && isOf(data, access) ? [[data.id, data] as const] : []));
        return {
          // Pages shift while conversations begin: one of them may have come twice.
          listed: [...new Map(good).values()].map((item) => toListed(item, zone)),
          unreadable: parsed.filter(({ success }) => !success).length,
        };
      });
    },

    async one({ installationId, ids, startedAt, visitorExternalId }: AskedRestConversation) {
      const reached = await reach(installationId);
      if (!reached) return { unreadable: 'no-credentials' } as const;
      const { access, rest } = reached;
      return orUnreadable(async () => {
        const { platform, websiteNumber } = access;
        const sourceId = ids.find((id) => /^\d+$/.test(id)) ?? ids[0] ?? '';
        const question = { sourceId, platform, websiteNumber, visitorExternalId, startedAt };
        const number = await findConversationNumber(question, rest, { client: graphql, credentials: access.graphql });
        if (number === undefined) return { unreadable: 'no-matching-id' as const };
        const path = `conversation.json-unicode/${encodeURIComponent(number)}`;
        const item = await rest.get(path, { formatHistory: '0' }, wholeItemSchema);
        if (!isOf(item, access)) return { unreadable: 'not-found' as const };
        return toListed(item, await siteClock.zoneOf(access, rest), item.saidAt);
      });
    },

    lists: (channel: string | undefined): boolean =>
      channel === undefined || LISTED_CHANNELS.has(channel.toLowerCase()),
  };
}

/** The filter is REST's; that it filters is ours to see. */
const isOf = ({ website_id }: ListedItem, { websiteNumber }: IadvizeAccess): boolean =>
  website_id === undefined || website_id === websiteNumber;

async function readPages(rest: RestClient, query: Record<string, string>): Promise<unknown[] | 'too-many'> {
  const items: unknown[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await rest.getPage('conversation', { ...query, limit: String(PAGE), page: String(page) });
    if (answer.pages !== undefined && answer.pages > MOST_PAGES) return 'too-many';
    items.push(...answer.items);
    const last = answer.pages === undefined ? answer.items.length < PAGE : page >= answer.pages;
    if (last || answer.items.length === 0) return items;
  }
  return 'too-many';
}

/** `saidAt`: when its messages were written, which is certain where they tell. */
function toListed(item: ListedItem, zone: string | undefined, saidAt: readonly Date[] = []): ListedRestConversation {
  const [first, last] = [saidAt[0], saidAt.at(-1)];
  const startedAt = readRestTime(item.created_at, zone, first && { notAfter: first });
  const closedAt = readRestTime(item.closed_at, zone, last && { notBefore: last });
  return {
    ids: item.xmpp_id === undefined ? [item.id] : [item.id, item.xmpp_id],
    startedAt: startedAt ?? (first ? { earliest: first, latest: first } : NEVER),
    ...(closedAt && { closedAt }),
    waiting: item.waitinglist,
    ...(item.channel !== undefined && { channel: item.channel.toLowerCase() }),
    ...(item.visitor_uid !== undefined && { visitorId: item.visitor_uid }),
    ...(item.operator_id !== undefined && { operatorId: item.operator_id }),
  };
}

async function orUnreadable<Answer>(ask: () => Promise<Answer>): Promise<Answer | { unreadable: Unreadable }> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof IadvizeFailure) || error.kind === 'unavailable') throw error;
    return { unreadable: error.kind };
  }
}
