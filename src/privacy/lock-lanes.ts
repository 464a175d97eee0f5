import type { Sql } from '../persistence/database.ts';

const LOOK = `
SELECT id, installation_id || '/' || destination_id AS scope FROM lane
 WHERE conversation_id = ANY($1::text[]) OR id = ANY($2::text[])`;
// Whoever reads a chat has its listener first and the lane last, and whoever carries a lane has the lane first.
const LOCK_LISTENERS = `SELECT id FROM listener WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`;
const LOCK = `SELECT id FROM lane WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`;

/** Locks lanes with those who listen to their chats, in an order that nobody else takes the other way round. */
export async function lockLanes(
  sql: Sql,
  which: { conversationIds?: readonly string[]; laneIds?: readonly string[] },
): Promise<string[]> {
  const { conversationIds = [], laneIds = [] } = which;
  const lanes = await sql.query<{ id: string; scope: string }>(LOOK, [conversationIds, laneIds]);
  await sql.query(LOCK_LISTENERS, [[...lanes.map(({ id }) => id), ...new Set(lanes.map(({ scope }) => scope))]]);
  return (await sql.query<{ id: string }>(LOCK, [lanes.map(({ id }) => id)])).map(({ id }) => id);
}
