import type { Database, Sql } from '../persistence/database.ts';
import type { SealedVisitors, ToldVisitor } from './conversation-identities.ts';
import { certainNames, type PersonKey } from './person-key.ts';
import type { PersonData } from './privacy-schemas.ts';
import { searchPerson } from './search-person.ts';

export interface ExportDependencies {
  database: Database;
  sealed: SealedVisitors;
  /** Everything about one conversation as the operator sees it. */
  showConversation(id: string): Promise<PersonData['conversations'][number]['shown']>;
}

const EVENTS = `
SELECT id::text, received_at AS "receivedAt", source, content_type AS "contentType", installation_id AS installation,
       conversation_id AS conversation, body
  FROM event WHERE erased_at IS NULL AND (conversation_id = ANY($1::text[]) OR id = ANY($2::bigint[])) ORDER BY id`;
const OWN = `SELECT id FROM conversation WHERE id = ANY($1::text[]) AND same_as IS NULL ORDER BY id`;
const LANES = `
SELECT lane.id, lane.destination_id AS destination, remote_chat.visitor FROM lane
  LEFT JOIN remote_chat ON remote_chat.lane_id = lane.id WHERE conversation_id = $1 ORDER BY lane.id`;
const TEXTS = `
SELECT lane_id AS "laneId", kind, status, created_at AS "createdAt", payload ->> 'author' AS author, payload ->> 'text' AS text
  FROM delivery WHERE lane_id = ANY($1::text[]) AND payload ->> 'text' IS NOT NULL ORDER BY lane_id, position, part, id`;
const CUSTOMERS = `
SELECT installation_id AS installation, email, external_id AS "externalId", fields
  FROM customer JOIN feed_import ON feed_import.id = import_id
 WHERE installation_id = ANY($1::text[]) AND kind = 'customers' AND status = 'live' AND (email = ANY($2::text[]) OR external_id = ANY($3::text[]))
 ORDER BY installation_id, import_id, ordinal`;
const ACTIONS = `
SELECT conversation_id AS conversation, action, created_at AS at FROM profile_action
 WHERE conversation_id = ANY($1::text[]) ORDER BY created_at`;

/** Everything that is kept of a person, found as an erasure finds it. Changes nothing. */
export async function readPersonData(
  key: PersonKey,
  installationIds: string[],
  { database, sealed, showConversation }: ExportDependencies,
): Promise<PersonData> {
  const { knownAs, conversationIds, eventIds } = await searchPerson(database, { key, installationIds }, sealed);
  const ids = [...conversationIds];
  const conversations: PersonData['conversations'] = [];
  for (const { id } of await database.query<{ id: string }>(OWN, [ids])) {
    conversations.push({ shown: await showConversation(id), ...(await toldIn(database, id, sealed)) });
  }
  const { emails, externalIds } = certainNames(key, knownAs);
  const listed = [installationIds, [...emails], [...externalIds]];
  const events = await database.query<Omit<PersonData['events'][number], 'body'> & { body: Uint8Array }>(EVENTS, [
    ids,
    eventIds,
  ]);
  return {
    exportedAt: new Date(),
    asked: key,
    knownAs: {
      emails: [...knownAs.emails],
      externalIds: [...knownAs.externalIds],
      visitorIds: [...knownAs.visitorIds],
    },
    conversations,
    events: events.map((event) => ({ ...event, body: Buffer.from(event.body).toString() })),
    customers: await database.query<PersonData['customers'][number]>(CUSTOMERS, listed),
    profileActions: await database.query<PersonData['profileActions'][number]>(ACTIONS, [ids]),
  };
}

/** What the chats of a conversation were told of the visitor, and every text that was made for them. */
async function toldIn(sql: Sql, conversationId: string, sealed: SealedVisitors) {
  const lanes = await sql.query<{ id: string; destination: string; visitor: string | null }>(LANES, [conversationId]);
  const destinationOf = new Map(lanes.map(({ id, destination }) => [id, destination]));
  const visitors = lanes.flatMap(({ id, visitor }): ToldVisitor[] =>
    visitor === null ? [] : [sealed.ofChat(id, visitor)],
  );
  type Text = Omit<PersonData['conversations'][number]['texts'][number], 'destination'> & { laneId: string };
  const texts = await sql.query<Text>(TEXTS, [lanes.map(({ id }) => id)]);
  return {
    visitors,
    texts: texts.map(({ laneId, ...text }) => ({ destination: destinationOf.get(laneId) ?? '', ...text })),
  };
}
