import { setImmediate as turn } from 'node:timers/promises';
import type { Sql } from '../persistence/database.ts';
import { type KnownAs, learn, nobody } from './person-key.ts';

/** Who the visitor of a chat is, as the chat was told. */
export interface ToldVisitor {
  email?: string;
  externalId?: string;
  uniqueId?: string;
}

/** Opens what the bridge encrypted. */
export interface SealedVisitors {
  ofChat(laneId: string, sealed: string): ToldVisitor;
  ofStart(laneId: string, sealed: string): ToldVisitor;
}

export interface ConversationIdentity {
  conversationId: string;
  knownAs: KnownAs;
}

interface Row {
  laneId: string;
  conversationId: string;
  visitorId: string | null;
  visitorExternalId: string | null;
  told: string | null;
  prepared: string | null;
}

const COLUMNS = `
SELECT lane.id AS "laneId", lane.conversation_id AS "conversationId", visitor_id AS "visitorId",
       visitor_external_id AS "visitorExternalId", remote_chat.visitor AS told, delivery.prepared
  FROM lane
  LEFT JOIN conversation ON conversation.id = lane.conversation_id
  LEFT JOIN remote_chat ON remote_chat.lane_id = lane.id
  LEFT JOIN delivery ON delivery.lane_id = lane.id AND delivery.key = 'start'`;
const PAGE = `${COLUMNS}
 WHERE lane.id > $1 AND lane.installation_id = ANY($2::text[]) AND ($3::timestamptz IS NULL OR lane.created_at >= $3)
 ORDER BY lane.id LIMIT 500`;
const SOME = `${COLUMNS} WHERE lane.conversation_id = ANY($1::text[])`;

/** Events of today name REST's own number of the visitor there, not the client's id (iAdvize contract 0.4). */
export const isOfToday = (conversationId: string): boolean => /:[0-9a-f]{8}-[0-9a-f]{4}-/i.test(conversationId);

/**
 * Every conversation of these installations with what its chats were told of the visitor, once for each of its lanes. The
 * details are encrypted, so all of them are opened: that is some ten thousand a second. `since`: of lanes made since then.
 */
export async function* allIdentities(
  sql: Sql,
  installationIds: readonly string[],
  sealed: SealedVisitors,
  since?: Date,
): AsyncGenerator<ConversationIdentity> {
  let after = '';
  for (;;) {
    const rows = await sql.query<Row>(PAGE, [after, installationIds, since ?? null]);
    for (const row of rows) yield toIdentity(row, sealed);
    const last = rows.at(-1);
    if (!last) return;
    after = last.laneId;
    await turn();
  }
}

/** By conversation; those that never had a lane are left out. */
export async function identitiesOf(
  sql: Sql,
  conversationIds: readonly string[],
  sealed: SealedVisitors,
): Promise<Map<string, KnownAs>> {
  const identities = new Map<string, KnownAs>();
  for (const row of await sql.query<Row>(SOME, [conversationIds])) {
    const { conversationId, knownAs } = toIdentity(row, sealed);
    const known = identities.get(conversationId) ?? nobody();
    learn(known, knownAs);
    identities.set(conversationId, known);
  }
  return identities;
}

function toIdentity(row: Row, sealed: SealedVisitors): ConversationIdentity {
  const { laneId, conversationId, visitorId, visitorExternalId, told, prepared } = row;
  const knownAs = nobody();
  if (visitorId !== null) knownAs.visitorIds.add(visitorId);
  if (visitorExternalId !== null && !isOfToday(conversationId)) knownAs.externalIds.add(visitorExternalId);
  const visitors = [
    ...(told === null ? [] : [sealed.ofChat(laneId, told)]),
    ...(prepared === null ? [] : [sealed.ofStart(laneId, prepared)]),
  ];
  for (const { email, externalId, uniqueId } of visitors) {
    if (email !== undefined) knownAs.emails.add(email.trim().toLowerCase());
    if (externalId !== undefined) knownAs.externalIds.add(externalId);
    if (uniqueId !== undefined) knownAs.visitorIds.add(uniqueId);
  }
  return { conversationId, knownAs };
}
