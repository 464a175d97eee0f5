import type { HttpClient } from '../outgoing/http-client.ts';
import type { Database } from '../persistence/database.ts';
import { findConversationNumber } from './conversation-number.ts';
import type { GraphqlClient } from './graphql-client.ts';
import type { GraphqlCredentials } from './graphql-login.ts';
import { type HistoryEntry, readHistory } from './history.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import { findOperatorName } from './operator-directory.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { conversationSchema, type RestVisitor, visitorListSchema, visitorSchema } from './rest-schemas.ts';

/** How one installation reaches iAdvize. */
export interface IadvizeAccess {
  platform: 'sd' | 'ha';
  websiteNumber: string;
  restApiKey: string | undefined;
  graphql: GraphqlCredentials | undefined;
  /** UUID of this connector's version there; closing answers of the older query are asked for by it. */
  connectorVersionId?: string | undefined;
}

export interface IadvizeSourceDependencies {
  database: Database;
  http: HttpClient;
  graphql: GraphqlClient;
  restUrls: Record<'sd' | 'ha', string>;
  accessOf: (installationId: string) => Promise<IadvizeAccess | undefined>;
}

/** What is asked about; ids as events carry them. */
export interface AskedConversation {
  installationId: string;
  sourceId: string;
  visitorId?: string;
  visitorExternalId?: string;
  operatorId?: string;
  /** More than one agent took part: the history does not tell which of them wrote what. */
  severalAgents: boolean;
  startedAt?: Date;
  closedAt?: Date;
}

export interface IadvizeVisitor {
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
  city?: string;
  country?: string;
  externalId?: string;
  uniqueId?: string;
}

export type Unreadable = 'no-credentials' | 'credentials-refused' | 'not-found' | 'no-matching-id' | 'bad-answer';
export type TranscriptLine = HistoryEntry & { name?: string };

/**
 * What iAdvize's APIs tell about a conversation. Throws `IadvizeFailure` of kind `unavailable` when it may work later;
 * everything final is an answer.
 */
export interface IadvizeSource {
  visitor(asked: AskedConversation): Promise<{ details: IadvizeVisitor } | { unreadable: Unreadable }>;
  transcript(asked: AskedConversation): Promise<{ entries: TranscriptLine[] } | { unreadable: Unreadable }>;
  /** The number of a conversation that events call by its UUID; empty when it is not told. */
  otherIds(asked: AskedConversation): Promise<string[]>;
  operatorName(installationId: string, operatorId: string): Promise<string | undefined>;
}

/** The 45 (documented, some samples 44 or 46) hex digits of the tag's own visitor id. */
const UNIQUE_ID = /^[0-9a-f]{40,48}$/i;

export function createIadvizeSource(dependencies: IadvizeSourceDependencies): IadvizeSource {
  const { database, http, graphql, restUrls, accessOf } = dependencies;

  async function reach(installationId: string): Promise<{ access: IadvizeAccess; rest: RestClient } | undefined> {
    const access = await accessOf(installationId);
    if (access?.restApiKey === undefined) return undefined;
    return { access, rest: createRestClient(restUrls[access.platform], access.restApiKey, http) };
  }

  async function operatorName(rest: RestClient, installationId: string, operatorId: string | undefined) {
    return operatorId === undefined ? undefined : findOperatorName(database, rest, installationId, operatorId);
  }

  return {
    async visitor({ installationId, visitorId = '', visitorExternalId = '' }) {
      const reached = await reach(installationId);
      if (!reached) return { unreadable: 'no-credentials' };
      return orUnreadable<{ details: IadvizeVisitor }>(async () => {
        if (UNIQUE_ID.test(visitorId)) return visitorByUniqueId(reached.rest, visitorId);
        // v2 events carry a UUID, which REST does not know; their "external id" is REST's own number (contract 0.4).
        if (!/^\d+$/.test(visitorExternalId)) return { unreadable: 'no-matching-id' };
        return { details: toVisitor(await reached.rest.get(`visitor/${visitorExternalId}`, {}, visitorSchema)) };
      });
    },
    async transcript(asked) {
      const reached = await reach(asked.installationId);
      if (!reached) return { unreadable: 'no-credentials' };
      const { access, rest } = reached;
      return orUnreadable<{ entries: TranscriptLine[] }>(async () => {
        const question = { ...asked, platform: access.platform, websiteNumber: access.websiteNumber };
        const number = await findConversationNumber(question, rest, { client: graphql, credentials: access.graphql });
        if (number === undefined) return { unreadable: 'no-matching-id' };
        const conversation = await rest.get(
          `conversation.json-unicode/${number}`,
          { formatHistory: '0' },
          conversationSchema,
        );
        const agent = asked.severalAgents ? undefined : (conversation.operator_id ?? asked.operatorId);
        const name = await operatorName(rest, asked.installationId, agent);
        const entries = readHistory(conversation.history);
        return { entries: entries.map((entry) => (entry.author === 'agent' && name ? { ...entry, name } : entry)) };
      });
    },
    async otherIds(asked) {
      const reached = await reach(asked.installationId);
      // Without either, the whole list would have to be read while a visitor waits.
      const canAsk = reached?.access.graphql !== undefined || asked.visitorExternalId !== undefined;
      if (!reached || !canAsk) return [];
      const { access, rest } = reached;
      const question = { ...asked, platform: access.platform, websiteNumber: access.websiteNumber };
      try {
        const number = await findConversationNumber(question, rest, { client: graphql, credentials: access.graphql });
        return number === undefined ? [] : [number];
      } catch (error) {
        if (error instanceof IadvizeFailure && error.kind !== 'unavailable') return [];
        throw error;
      }
    },
    async operatorName(installationId, operatorId) {
      const reached = await reach(installationId);
      return reached && operatorName(reached.rest, installationId, operatorId);
    },
  };
}

async function visitorByUniqueId(
  rest: RestClient,
  uniqueId: string,
): Promise<{ details: IadvizeVisitor } | { unreadable: Unreadable }> {
  const query = { 'filters[unique_id]': uniqueId, full: '1' };
  // The filter knows wildcards and may match loosely: only the very same id is this visitor.
  const found = (await rest.get('visitor', query, visitorListSchema)).find((one) => one.unique_id === uniqueId);
  return found ? { details: toVisitor(found) } : { unreadable: 'not-found' };
}

async function orUnreadable<Answer>(
  ask: () => Promise<Answer | { unreadable: Unreadable }>,
): Promise<Answer | { unreadable: Unreadable }> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof IadvizeFailure) || error.kind === 'unavailable') throw error;
    return { unreadable: error.kind };
  }
}

export function toVisitor(visitor: RestVisitor): IadvizeVisitor {
  const { firstname, lastname, email, phone, city, country, external_id, unique_id } = visitor;
  return {
    ...(firstname && { firstName: firstname }),
    ...(lastname && { lastName: lastname }),
    ...(email && { email }),
    ...(phone && { phone }),
    ...(city && { city }),
    ...(country && { country }),
    ...(external_id && { externalId: external_id }),
    ...(unique_id && { uniqueId: unique_id }),
  };
}
