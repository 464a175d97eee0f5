import type { Sql } from '../persistence/database.ts';

/** A conversation while its row is locked by the planner. */
export interface PlannedConversation {
  id: string;
  operatorId: string | null;
  /** Which door its start came through; null while no start was heard. */
  startSource: string | null;
  startEventId: string | null;
  startedAt: Date | null;
  closed: boolean;
  /** When it was found without having been announced: what happened before is known. Null for all others. */
  foundAt: Date | null;
}

export interface ConversationFacts {
  installationId: string;
  sourceId: string;
  channel?: string | undefined;
  visitorId?: string | undefined;
  visitorExternalId?: string | undefined;
}

export const conversationIdOf = (facts: Pick<ConversationFacts, 'installationId' | 'sourceId'>): string =>
  `${facts.installationId}:${facts.sourceId}`;

export const sourceIdOf = (id: string, installationId: string): string => id.slice(installationId.length + 1);

const PLANNED = `operator_id AS "operatorId", start_source AS "startSource", start_event_id::text AS "startEventId",
  started_at AS "startedAt", closed_at IS NOT NULL AS closed,
  CASE WHEN start_source = 'reconcile' THEN created_at END AS "foundAt"`;

// What is known already is kept: later events of one conversation repeat it or know less. A row that is only another id
// learns nothing.
const UPSERT = `
INSERT INTO conversation (id, installation_id, channel, visitor_id, visitor_external_id,
                          start_event_id, start_source, started_at, operator_id)
VALUES ($1, $2, $3, $4, $5, $6::bigint, $7, $8, $9)
ON CONFLICT (id) DO UPDATE SET
  channel = COALESCE(conversation.channel, excluded.channel),
  visitor_id = COALESCE(conversation.visitor_id, CASE WHEN conversation.same_as IS NULL THEN excluded.visitor_id END),
  visitor_external_id = COALESCE(conversation.visitor_external_id,
                                 CASE WHEN conversation.same_as IS NULL THEN excluded.visitor_external_id END)
RETURNING id, same_as AS "sameAs", xmax = 0 AS "isNew", ${PLANNED}`;

const LOCK = `
SELECT id, ${PLANNED}
  FROM conversation WHERE id = (SELECT COALESCE(same_as, id) FROM conversation WHERE id = $1) FOR UPDATE`;

// Whoever plans an event under such an id waits here, or has made us wait.
const ALSO_KNOWN_AS = `
INSERT INTO conversation (id, installation_id, same_as, closed_at)
SELECT other, $2, $3, now() FROM unnest($1::text[]) AS other ON CONFLICT DO NOTHING RETURNING id`;

/** `isNew`: nobody had heard of it. */
export type LearnedConversation = PlannedConversation & { isNew: boolean };

/**
 * Learns a conversation, or more of it, and locks it until the transaction ends. Any id of it finds it. `start` is written
 * down where it is new, and only there.
 */
export async function upsertConversation(
  sql: Sql,
  facts: ConversationFacts,
  start?: HeardStart,
): Promise<LearnedConversation> {
  const { installationId, channel, visitorId, visitorExternalId } = facts;
  const values = [
    conversationIdOf(facts),
    installationId,
    channel ?? null,
    visitorId ?? null,
    visitorExternalId ?? null,
    ...startValues(start),
  ];
  const [row] = await sql.query<LearnedConversation & { sameAs: string | null }>(UPSERT, values);
  if (!row) throw new Error('the conversation table did not answer the insert');
  if (row.sameAs === null) return row;
  return upsertConversation(sql, { ...facts, sourceId: sourceIdOf(row.sameAs, installationId) });
}

/** Takes further ids for a conversation that is about to be learned. False, and none taken, when one is not free. */
export async function alsoKnownAs(
  sql: Sql,
  { id, installationId }: { id: string; installationId: string },
  otherIds: readonly string[],
): Promise<boolean> {
  const taken = await sql.query<{ id: string }>(ALSO_KNOWN_AS, [otherIds, installationId, id]);
  if (taken.length === otherIds.length) return true;
  await sql.query(`DELETE FROM conversation WHERE id = ANY($1::text[])`, [taken.map((row) => row.id)]);
  return false;
}

/** Locks a conversation, by any id of it, until the transaction ends; undefined when it was never heard of. */
export async function lockConversation(sql: Sql, id: string): Promise<PlannedConversation | undefined> {
  return (await sql.query<PlannedConversation>(LOCK, [id]))[0];
}

export interface HeardStart {
  /** Null when no event told of it. */
  eventId: string | null;
  source: string;
  at: Date;
  operatorId: string | undefined;
}

const startValues = (start?: HeardStart): unknown[] => [
  start?.eventId ?? null,
  start?.source ?? null,
  start?.at ?? null,
  start?.operatorId ?? null,
];

export async function markStarted(sql: Sql, id: string, start: HeardStart): Promise<void> {
  const statement = `
    UPDATE conversation SET start_event_id = $2::bigint, start_source = $3, started_at = $4, operator_id = $5 WHERE id = $1`;
  await sql.query(statement, [id, ...startValues(start)]);
}

export async function setOperator(sql: Sql, id: string, operatorId: string): Promise<void> {
  const statement = `
    UPDATE conversation SET operator_id = $2, several_agents = several_agents OR operator_id IS DISTINCT FROM $2
     WHERE id = $1`;
  await sql.query(statement, [id, operatorId]);
}

/** `operatorIds`: everybody who took part, the last one last; empty when the event did not say. */
export async function markClosed(sql: Sql, id: string, at: Date, operatorIds: readonly string[]): Promise<void> {
  const statement = `
    UPDATE conversation SET closed_at = $2, operator_id = COALESCE($3, operator_id),
           several_agents = several_agents OR $4 OR COALESCE(operator_id <> $3, false)
     WHERE id = $1`;
  await sql.query(statement, [id, at, operatorIds.at(-1) ?? null, operatorIds.length > 1]);
}

/** `score`: as people read it. The visitor may answer again; the last one counts. */
export async function setSatisfaction(sql: Sql, id: string, score: string): Promise<void> {
  await sql.query(`UPDATE conversation SET satisfaction = $2 WHERE id = $1`, [id, score]);
}

/**
 * The visitor's conversations of these installations that are not closed. Until the transaction ends none of them is
 * removed: its lanes would be made anew, without it.
 */
export async function openConversationsOf(sql: Sql, installationIds: string[], visitorId: string): Promise<string[]> {
  const statement = `
    SELECT id FROM conversation
     WHERE installation_id = ANY($1::text[]) AND visitor_id = $2 AND closed_at IS NULL ORDER BY id FOR KEY SHARE`;
  return (await sql.query<{ id: string }>(statement, [installationIds, visitorId])).map((row) => row.id);
}

/**
 * Replaces a v2 event's visitor UUID by the id of the visitor's tag, which is what visitor.updated names. Not in a lane's
 * transaction: the planner locks conversations before lanes.
 */
export async function rememberVisitor(sql: Sql, id: string, uniqueId: string): Promise<void> {
  await sql.query(`UPDATE conversation SET visitor_id = $2 WHERE id = $1 AND visitor_id IS DISTINCT FROM $2`, [
    id,
    uniqueId,
  ]);
}
