import type { Sql } from '../persistence/database.ts';
import { isErasedConversation } from '../persistence/erased-digests.ts';

/** A conversation that we have, asked for by any of its ids. */
export interface HeardConversation {
  /** Its own id, "<installation>:<source id>". */
  id: string;
  /** All that is known of it still waits for the planner. */
  planned: boolean;
  open: boolean;
}

/** A conversation that events told of. */
export interface ToldConversation {
  id: string;
  channel: string | null;
  startedAt: Date;
}

/** An open conversation that its end may have been missed of. */
export interface OpenConversation {
  id: string;
  /** Other ids of it that are known. */
  otherIds: string[];
  startedAt: Date;
  visitorExternalId: string | null;
}

// An event that was stored and is not planned yet has told of its conversation already. One that was erased was heard of
// too: comparing with the source must not bring it back.
const HEARD = `
SELECT asked.id AS asked, COALESCE(conversation.same_as, asked.id) AS id, conversation.id IS NOT NULL AS planned,
       COALESCE(target.start_source IS NOT NULL AND target.closed_at IS NULL, false) AS open
  FROM unnest($1::text[]) AS asked(id)
  LEFT JOIN conversation ON conversation.id = asked.id
  LEFT JOIN conversation AS target ON target.id = COALESCE(conversation.same_as, conversation.id)
 WHERE conversation.id IS NOT NULL
    OR EXISTS (SELECT 1 FROM event WHERE event.conversation_id = asked.id AND plan_after IS NOT NULL)
    OR ${isErasedConversation('asked.id')}`;

/** Those of the ids ("<installation>:<source id>") that were ever heard of, with the conversation they stand for. */
export async function heardAmong(sql: Sql, ids: readonly string[]): Promise<Map<string, HeardConversation>> {
  const rows = await sql.query<HeardConversation & { asked: string }>(HEARD, [ids]);
  return new Map(rows.map(({ asked, ...heard }) => [asked, heard]));
}

const TOLD = `
SELECT id, channel, COALESCE(started_at, created_at) AS "startedAt" FROM conversation
 WHERE installation_id = $1 AND same_as IS NULL AND start_source IS DISTINCT FROM 'reconcile'
   AND created_at > $2::timestamptz AND COALESCE(started_at, created_at) BETWEEN $2::timestamptz AND $3::timestamptz
UNION ALL
SELECT conversation_id, NULL, received_at FROM event
 WHERE installation_id = $1 AND erased_at IS NULL AND plan_after IS NOT NULL AND conversation_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM conversation WHERE id = conversation_id)`;

/** What events told of that began between these moments, or that still waits for the planner. */
export function toldBetween(sql: Sql, installationId: string, from: Date, to: Date): Promise<ToldConversation[]> {
  return sql.query<ToldConversation>(TOLD, [installationId, from, to]);
}

// The longer one is open, the more rarely it is asked about: some stay open for a week.
const LONG_OPEN = `
SELECT id, started_at AS "startedAt", visitor_external_id AS "visitorExternalId",
       ARRAY(SELECT other.id FROM conversation AS other
              WHERE other.installation_id = $1 AND other.same_as = conversation.id) AS "otherIds"
  FROM conversation
 WHERE installation_id = $1 AND closed_at IS NULL AND start_source IS NOT NULL AND started_at < $2::timestamptz
   AND COALESCE(checked_at, started_at) < now() - GREATEST($3 * interval '1 millisecond', (now() - started_at) / 8)
 ORDER BY checked_at NULLS FIRST LIMIT $4`;

/** Conversations open since before `before` that were not asked about for at least `everyMs`. */
export function openForLong(
  sql: Sql,
  installationId: string,
  before: Date,
  everyMs: number,
  limit: number,
): Promise<OpenConversation[]> {
  return sql.query<OpenConversation>(LONG_OPEN, [installationId, before, everyMs, limit]);
}

export async function markChecked(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql.query(`UPDATE conversation SET checked_at = now() WHERE id = ANY($1::text[])`, [ids]);
}
