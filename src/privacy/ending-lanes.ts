import type { Database, Sql } from '../persistence/database.ts';
import { count, type Erased } from './erasure-numbers.ts';
import { lockLanes } from './lock-lanes.ts';

/** An end that does not arrive within this is given up, with what it needs. In ms. */
const LONGEST_ENDING_MS = 60 * 60_000;

// The chat itself stays for as long as its end takes: without what it is reached by, nobody could end it.
const LEAVE_THE_END = [
  `DELETE FROM delivery WHERE lane_id = ANY($1::text[])`,
  `DELETE FROM remote_message WHERE lane_id = ANY($1::text[])`,
  `DELETE FROM challenge WHERE lane_id = ANY($1::text[])`,
  `UPDATE remote_chat SET visitor = NULL WHERE lane_id = ANY($1::text[])`,
  `INSERT INTO delivery (lane_id, key, position, kind, payload) SELECT unnest($1::text[]), 'end', 1, 'end', '{}'`,
  `UPDATE lane SET pending = 1, next_position = 2, blocked = false, next_at = now(),
          lease_owner = NULL, lease_until = NULL, fencing = fencing + 1
    WHERE id = ANY($1::text[])`,
];

/** Leaves nothing in these lanes but the end of their chat, which is due. They are locked, and nobody is at them. */
export async function leaveTheEnd(sql: Sql, laneIds: readonly string[]): Promise<void> {
  for (const statement of LEAVE_THE_END) await sql.query(statement, [laneIds]);
}

// What the chat wrote meanwhile goes with its lane.
const DROP = `
WITH over AS (
  SELECT lane.id, lane.installation_id, COALESCE(remote_chat.status = 'open', false) AS open FROM lane
    LEFT JOIN remote_chat ON remote_chat.lane_id = lane.id
   WHERE lane.id = ANY($1::text[]) AND (remote_chat.status IS DISTINCT FROM 'open' OR NOT EXISTS (
     SELECT FROM delivery WHERE lane_id = lane.id AND kind = 'end'
        AND created_at > now() - ${LONGEST_ENDING_MS} * interval '1 millisecond'))
), dropped AS (
  DELETE FROM lane USING over WHERE lane.id = over.id
)
SELECT id, installation_id AS "installationId", open FROM over`;

/** Drops the lanes whose chat is ended, and those whose end was tried for long enough. True when none is left. */
export async function dropEnded(
  database: Database,
  laneIds: readonly string[],
  onDropped: (sql: Sql, erased: Erased) => Promise<void>,
): Promise<boolean> {
  if (laneIds.length === 0) return true;
  return database.transaction(async (sql) => {
    const locked = await lockLanes(sql, { laneIds });
    const dropped = await sql.query<{ id: string; installationId: string; open: boolean }>(DROP, [locked]);
    const erased: Erased = {};
    for (const { installationId, open } of dropped) if (open) count(erased, installationId, { leftOpen: 1 });
    await onDropped(sql, erased);
    return dropped.length === locked.length;
  });
}
