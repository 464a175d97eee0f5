import { isErasedConversation } from '../persistence/erased-digests.ts';

/** A stored event that is to be planned. */
export interface EventRow {
  id: string;
  source: string;
  content_type: string | null;
  body: Uint8Array;
  installation_id: string | null;
  conversation_id: string | null;
  age_seconds: number;
  client_unknown: boolean;
  /** Its conversation was erased. */
  erased: boolean;
  /** It was at fault itself. */
  failed_before: boolean;
}

// Several planners take several events at a time, but those of one conversation in the order they came: one that is being
// planned counts as due until its commit, and so does one that rests.
// However many are due, and whatever PostgreSQL thinks how many that are: the first are read off the index, and only their
// own conversations are looked through. Hence OFFSET (no join), a comparison the index does not know, and a limit that is
// no parameter.
const firstOf = (most: number, group: string, order: string): string => `
(SELECT id, source, content_type, body, installation_id, conversation_id, received_at, plan_failures FROM event
  WHERE ${group} AND plan_after <= now() AND id <> ALL($2::bigint[])
    AND NOT EXISTS (SELECT 1 FROM event AS earlier
                     WHERE earlier.conversation_id = event.conversation_id AND earlier.id < event.id
                       AND COALESCE(earlier.plan_after, 'infinity') <= now() OFFSET 0)
  ORDER BY ${order} LIMIT ${most} FOR UPDATE SKIP LOCKED)`;

/**
 * Takes up to `most` events that are due, each of another conversation and none of those in $2: the oldest of the first
 * installation behind $1 that has one, then of the next. After the last installation come events of no installation, then
 * the first one again: each has its turn in every round, however much another has waiting. A later part is not looked at
 * where those before it find enough.
 */
export const takeUpTo = (most: number): string => `
SELECT id::text, source, content_type, body, installation_id, conversation_id,
       EXTRACT(EPOCH FROM now() - received_at)::float8 AS age_seconds,
       EXISTS (SELECT 1 FROM installation WHERE id = found.installation_id AND client_id IS NULL) AS client_unknown,
       ${isErasedConversation('conversation_id')} AS erased, plan_failures > 0 AS failed_before
  FROM (SELECT * FROM ${firstOf(most, 'installation_id > $1', 'installation_id, plan_after')} AS behind
        UNION ALL
        SELECT * FROM ${firstOf(most, 'installation_id IS NULL', 'plan_after')} AS of_none
        UNION ALL
        SELECT * FROM ${firstOf(most, 'installation_id <= $1', 'installation_id, plan_after')} AS from_the_first) AS found
 LIMIT ${most}`;
