import type { Sql } from '../persistence/database.ts';
import { type Batch, removeInBatches, type SweepDependencies } from './expired-batches.ts';
import { installationsWithConversations, type KeptInstallation } from './kept-installations.ts';

/** Conversations of one transaction: much may hang on each. */
const BATCH = 50;

const CUTOFF = `now() - $2 * interval '1 day'`;

// A time that lies ahead is one of a clock that is wrong, and keeps nothing.
const LAST_TOLD = `
  GREATEST(created_at, CASE WHEN started_at <= now() THEN started_at END, CASE WHEN closed_at <= now() THEN closed_at END)`;

// Another id of a conversation goes with it, and by itself only when its conversation is gone.
const IS_ITS_OWN = `NOT EXISTS (SELECT FROM conversation AS own WHERE own.id = conversation.same_as OFFSET 0)`;

// Compared and ordered by all of them, so that PostgreSQL walks along the index of ages and sorts nothing.
export const LOOK_AT_CONVERSATIONS = `
SELECT id, created_at::text AS "createdAt" FROM conversation
 WHERE (installation_id, created_at, id) > ($1, $3::timestamptz, $4) AND (installation_id, created_at) < ($1, ${CUTOFF})
   AND ${LAST_TOLD} < ${CUTOFF} AND ${IS_ITS_OWN}
 ORDER BY installation_id, created_at, id LIMIT ${BATCH}`;

// The conversation before its lanes, as planners lock them; and nobody is waited for, so nobody waits for us in turn.
export const LOCK_CONVERSATIONS = `
SELECT id, COALESCE(same_as, id) AS own FROM conversation
 WHERE (id = ANY($1::text[]) AND ${IS_ITS_OWN}) OR same_as = ANY($1::text[]) FOR UPDATE SKIP LOCKED`;
export const LOCK_LANES = `
SELECT id FROM lane WHERE conversation_id = ANY($1::text[]) AND (lease_until IS NULL OR lease_until <= now())
   FOR UPDATE SKIP LOCKED`;

// What could not be locked is in somebody's hands. An event that waits for the planner is a sign of life to come.
export const STAYING = `
SELECT COALESCE(same_as, id) AS own FROM conversation
 WHERE (id = ANY($1::text[]) OR same_as = ANY($1::text[]))
   AND (id <> ALL($3::text[]) OR ${LAST_TOLD} >= ${CUTOFF}
        OR EXISTS (SELECT FROM lane WHERE conversation_id = conversation.id AND lane.id <> ALL($4::text[]) OFFSET 0)
        OR EXISTS (SELECT FROM event WHERE event.conversation_id = conversation.id
                      AND (received_at >= ${CUTOFF} OR plan_after IS NOT NULL) OFFSET 0))`;

/** Everything else that hangs on a conversation hangs on its lanes. */
const REMOVE = [
  `DELETE FROM lane WHERE conversation_id = ANY($1::text[])`,
  `DELETE FROM profile_action WHERE conversation_id = ANY($1::text[])`,
  `DELETE FROM conversation WHERE id = ANY($1::text[])`,
];

interface Place {
  id: string;
  createdAt: string;
}

const BEFORE_ALL: Place = { id: '', createdAt: '-infinity' };

/**
 * Removes the conversations whose last sign of life is too old, with everything that hangs on them and under every id of
 * theirs: also those that never ended, and deliveries that wait for a person. One that a worker is at, or an event of
 * which is being planned, is left for the next sweep.
 */
export async function removeExpiredConversations(dependencies: SweepDependencies): Promise<void> {
  const { database, retentionDays } = dependencies;
  for (const installation of await installationsWithConversations(database, retentionDays)) {
    await removeInBatches(dependencies, BEFORE_ALL, (sql, after) => removeBatch(sql, installation, after));
  }
}

async function removeBatch(sql: Sql, { id, days }: KeptInstallation, after: Place): Promise<Batch<Place>> {
  const looked = await sql.query<Place>(LOOK_AT_CONVERSATIONS, [id, days, after.createdAt, after.id]);
  const next = looked.length === BATCH ? looked.at(-1) : undefined;
  const old = looked.map((conversation) => conversation.id);
  if (old.length === 0) return { removed: {}, next };
  const locked = await sql.query<{ id: string; own: string }>(LOCK_CONVERSATIONS, [old]);
  const lockedIds = locked.map((conversation) => conversation.id);
  const lanes = (await sql.query<{ id: string }>(LOCK_LANES, [lockedIds])).map((lane) => lane.id);
  const staying = new Set(
    (await sql.query<{ own: string }>(STAYING, [old, days, lockedIds, lanes])).map(({ own }) => own),
  );
  const expired = locked.filter(({ own }) => !staying.has(own));
  const expiredIds = expired.map((conversation) => conversation.id);
  for (const statement of REMOVE) if (expiredIds.length > 0) await sql.query(statement, [expiredIds]);
  return { removed: { conversations: new Set(expired.map(({ own }) => own)).size }, next };
}
