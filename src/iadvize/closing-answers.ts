import { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { GraphqlClient } from './graphql-client.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import type { IadvizeAccess, Unreadable } from './iadvize-source.ts';
import { createRestClient } from './rest-client.ts';
import { conversationSchema } from './rest-schemas.ts';

/** One answer as iAdvize stores it: every value is a text. */
export interface ClosingValue {
  fieldId: string;
  value: string;
}

export type ClosingValues = { values: ClosingValue[] } | { unreadable: Unreadable };

export interface ClosingAnswersDependencies {
  http: HttpClient;
  graphql: GraphqlClient;
  restUrls: Record<'sd' | 'ha', string>;
  accessOf: (installationId: string) => Promise<IadvizeAccess | undefined>;
}

/** The query of 2019, seen in a public connector (contract 1.8). */
const BY_LEGACY_ID = `
query ClosingFormValues($conversationId: LegacyId!, $connectorVersionId: UUID!) {
  connectorConversationClosingFormValues(conversationId: $conversationId, connectorVersionId: $connectorVersionId) {
    fieldId
    value
  }
}`;

/** Today's query. Only the name of `closingFormValues` is public; its members are assumed to be those of 2019. */
const BY_UUID = `
query ConversationClosingForm($id: UUID!) { conversation(id: $id) { legacyId closingFormValues { fieldId value } } }`;

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** 2018's draft calls the field `idField`, the answers of 2019 `fieldId`. */
const valueSchema = z
  .object({ fieldId: text.nullish(), idField: text.nullish(), value: text.nullish() })
  .transform(({ fieldId, idField, value }) => ({ fieldId: fieldId ?? idField ?? '', value: value ?? '' }));
const valuesSchema = z
  .array(valueSchema)
  .nullish()
  .transform((values) => values ?? []);

const byLegacyIdSchema = z.object({ connectorConversationClosingFormValues: valuesSchema });
const byUuidSchema = z.object({
  conversation: z
    .object({
      legacyId: text.nullish(),
      closingFormValues: z.union([valuesSchema, z.object({ values: valuesSchema })]),
    })
    .nullable(),
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads what the agent answered in the closing form (contract 1.8): a UUID is asked for by today's query and, where that
 * one fails, by 2019's; a number by 2019's, or by today's with the UUID that REST knows of it. An empty list may mean
 * that nothing was answered, or not yet. Throws `IadvizeFailure` of kind `unavailable`.
 */
export function createClosingAnswers({ http, graphql, restUrls, accessOf }: ClosingAnswersDependencies) {
  interface Reach extends IadvizeAccess {
    graphql: NonNullable<IadvizeAccess['graphql']>;
  }

  async function byLegacyId(access: Reach, number: string): Promise<ClosingValues> {
    if (access.connectorVersionId === undefined) return { unreadable: 'no-matching-id' };
    const variables = {
      conversationId: `${access.platform}-${number}`,
      connectorVersionId: access.connectorVersionId,
    };
    const answer = await graphql.query(access.graphql, BY_LEGACY_ID, variables, byLegacyIdSchema, access.platform);
    return { values: answer.connectorConversationClosingFormValues };
  }

  async function byUuid(access: Reach, uuid: string): Promise<ClosingValues> {
    const { conversation } = await graphql.query(access.graphql, BY_UUID, { id: uuid }, byUuidSchema, access.platform);
    if (conversation === null) return { unreadable: 'not-found' };
    const found = conversation.closingFormValues;
    return { values: Array.isArray(found) ? found : found.values };
  }

  async function legacyNumberOf(access: Reach, uuid: string): Promise<string | undefined> {
    const document = 'query LegacyId($id: UUID!) { conversation(id: $id) { legacyId } }';
    const schema = z.object({ conversation: z.object({ legacyId: text.nullish() }).nullable() });
    const { conversation } = await graphql.query(access.graphql, document, { id: uuid }, schema, access.platform);
    return /\d+$/.exec(conversation?.legacyId ?? '')?.[0];
  }

  async function uuidOf(access: Reach, number: string): Promise<string | undefined> {
    if (access.restApiKey === undefined) return undefined;
    const rest = createRestClient(restUrls[access.platform], access.restApiKey, http);
    return (await rest.get(`conversation.json-unicode/${number}`, { formatHistory: '0' }, conversationSchema)).xmpp_id;
  }

  async function read(access: Reach, sourceId: string): Promise<ClosingValues> {
    if (UUID.test(sourceId)) {
      const answer = await orUnreadable(() => byUuid(access, sourceId));
      if ('values' in answer || answer.unreadable !== 'bad-answer') return answer;
      const number = access.connectorVersionId && (await legacyNumberOf(access, sourceId));
      return number ? byLegacyId(access, number) : answer;
    }
    const answer = await orUnreadable(() => byLegacyId(access, sourceId));
    if ('values' in answer || !['bad-answer', 'no-matching-id'].includes(answer.unreadable)) return answer;
    const uuid = await uuidOf(access, sourceId);
    return uuid !== undefined && UUID.test(uuid) ? byUuid(access, uuid) : answer;
  }

  return async ({ installationId, sourceId }: { installationId: string; sourceId: string }): Promise<ClosingValues> => {
    const access = await accessOf(installationId);
    if (access?.graphql === undefined) return { unreadable: 'no-credentials' };
    const reach = { ...access, graphql: access.graphql };
    return orUnreadable(() => read(reach, sourceId));
  };
}

async function orUnreadable(ask: () => Promise<ClosingValues>): Promise<ClosingValues> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof IadvizeFailure) || error.kind === 'unavailable') throw error;
    return { unreadable: error.kind };
  }
}
