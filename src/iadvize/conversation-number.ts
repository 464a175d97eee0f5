import { z } from 'zod';
import type { GraphqlClient } from './graphql-client.ts';
import type { GraphqlCredentials } from './graphql-login.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import type { RestClient } from './rest-client.ts';
import { conversationListSchema } from './rest-schemas.ts';

const LEGACY_ID = 'query LegacyId($id: UUID!) { conversation(id: $id) { legacyId } }';
const legacyIdSchema = z.object({
  conversation: z.object({ legacyId: z.union([z.string(), z.number()]).transform(String) }).nullable(),
});

const PAGE = '100';
/** How far around the known times the conversation is looked for; the list's zone is not stated anywhere. */
const WINDOW_MS = 26 * 60 * 60_000;

export interface NumberQuestion {
  /** "456", or the UUID that v2 events carry. */
  sourceId: string;
  platform: string;
  websiteNumber: string;
  visitorExternalId?: string | undefined;
  startedAt?: Date | undefined;
  closedAt?: Date | undefined;
}

/**
 * The number REST knows a conversation by (product 5, "v2 history"): its own id, else GraphQL's `legacyId`, else the
 * conversation in REST's list whose `xmpp_id` is the UUID. Undefined when none of them tells.
 */
export async function findConversationNumber(
  question: NumberQuestion,
  rest: RestClient,
  graphql: { client: GraphqlClient; credentials: GraphqlCredentials | undefined },
): Promise<string | undefined> {
  if (/^\d+$/.test(question.sourceId)) return question.sourceId;
  if (graphql.credentials) {
    const number = await askGraphql(question, graphql.client, graphql.credentials);
    if (number !== undefined) return number;
  }
  return searchList(question, rest);
}

async function askGraphql(
  { sourceId, platform }: NumberQuestion,
  client: GraphqlClient,
  credentials: GraphqlCredentials,
): Promise<string | undefined> {
  try {
    const { conversation } = await client.query(credentials, LEGACY_ID, { id: sourceId }, legacyIdSchema, platform);
    return /\d+$/.exec(conversation?.legacyId ?? '')?.[0];
  } catch (error) {
    // The list may still tell; only "not now" is worth waiting for.
    if (error instanceof IadvizeFailure && error.kind !== 'unavailable') return undefined;
    throw error;
  }
}

async function searchList(question: NumberQuestion, rest: RestClient): Promise<string | undefined> {
  const from = new Date((question.startedAt ?? question.closedAt ?? new Date()).getTime() - WINDOW_MS);
  const to = new Date((question.closedAt ?? new Date()).getTime() + WINDOW_MS);
  const query = {
    full: '1',
    limit: PAGE,
    'filters[website_id]': question.websiteNumber,
    'filters[from]': restTime(from),
    'filters[to]': restTime(to),
    ...(question.visitorExternalId !== undefined && { 'filters[visitor_id]': question.visitorExternalId }),
  };
  for (let page = 1; page <= 20; page += 1) {
    const list = await rest.get('conversation', { ...query, page: String(page) }, conversationListSchema);
    const match = list.find((item) => item.xmpp_id?.toLowerCase() === question.sourceId.toLowerCase());
    if (match || list.length < Number(PAGE)) return match?.id;
  }
  return undefined;
}

const restTime = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ');
