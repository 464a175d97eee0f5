import { crashPoint } from '../observability/crash-point.ts';
import type { Database, Sql } from '../persistence/database.ts';
import { BARE_TOMBSTONE } from '../persistence/event-tombstone.ts';
import { count, type Erased } from './erasure-numbers.ts';

/** Events of one transaction. */
const BATCH = 500;

// An event that is being planned is waited for: what it made of the conversation is there then.
const erase = (which: string): string => `
WITH due AS (
  SELECT id, installation_id FROM event WHERE ${which} AND erased_at IS NULL ORDER BY id LIMIT ${BATCH} FOR UPDATE
), erased AS (
  UPDATE event SET ${BARE_TOMBSTONE} FROM due WHERE event.id = due.id
)
SELECT COALESCE(installation_id, '') AS "installationId", count(*)::int AS events FROM due GROUP BY installation_id`;

const OF_CONVERSATIONS = erase('conversation_id = ANY($1::text[])');
const BY_ID = erase('id = ANY($1::bigint[])');

/** Makes bare tombstones of them, some at a time. Doing it twice is doing it once. */
export async function eraseEvents(
  database: Database,
  { conversationIds, eventIds }: { conversationIds: readonly string[]; eventIds: readonly string[] },
  onErased: (sql: Sql, erased: Erased) => Promise<void>,
): Promise<void> {
  for (const [statement, ids] of [
    [OF_CONVERSATIONS, conversationIds],
    [BY_ID, eventIds],
  ] as const) {
    if (ids.length === 0) continue;
    for (let found = BATCH; found === BATCH;) {
      found = await database.transaction(async (sql) => {
        const rows = await sql.query<{ installationId: string; events: number }>(statement, [ids]);
        const erased: Erased = {};
        for (const { installationId, events } of rows) count(erased, installationId, { events });
        await onErased(sql, erased);
        crashPoint('K14');
        return rows.reduce((total, { events }) => total + events, 0);
      });
    }
  }
}
