import type { Sql } from '../persistence/database.ts';
import type { NewDelivery } from './delivery.ts';

export interface LaneAddress {
  installationId: string;
  conversationId: string;
  destinationId: string;
}

export const laneIdOf = (lane: LaneAddress): string => `${lane.conversationId}/${lane.destinationId}`;

const ENSURE_LANE = `
INSERT INTO lane (id, installation_id, conversation_id, destination_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

const LOCK_LANE = `SELECT next_position FROM lane WHERE id = $1 FOR UPDATE`;

const ADD = `
INSERT INTO delivery (lane_id, key, position, kind, payload, event_id) VALUES ($1, $2, $3, $4, $5::jsonb, $6::bigint)
ON CONFLICT (lane_id, key) DO NOTHING RETURNING id`;

// A lane that backs off or is leased keeps its time; a blocked one waits for a person.
const COUNT_IN = `
UPDATE lane SET pending = pending + $2, next_position = next_position + $2,
       next_at = CASE WHEN blocked THEN NULL ELSE COALESCE(next_at, now()) END
 WHERE id = $1`;

/**
 * Hangs deliveries behind what the lane has already. A key that the lane knows is left out, so planning twice changes
 * nothing. Must run inside a transaction: the lane row is locked before a position is given out. `eventId`: the event
 * they come from, where there is one.
 */
export async function enqueue(
  sql: Sql,
  lane: LaneAddress,
  deliveries: readonly NewDelivery[],
  eventId: string | null,
): Promise<void> {
  const laneId = laneIdOf(lane);
  await sql.query(ENSURE_LANE, [laneId, lane.installationId, lane.conversationId, lane.destinationId]);
  const [row] = await sql.query<{ next_position: number }>(LOCK_LANE, [laneId]);
  if (!row) throw new Error('the lane is not there though it was just made');
  let added = 0;
  for (const { key, kind, payload } of deliveries) {
    const values = [laneId, key, row.next_position + added, kind, JSON.stringify(payload), eventId];
    added += (await sql.query(ADD, values)).length;
  }
  if (added > 0) await sql.query(COUNT_IN, [laneId, added]);
}

/** The lanes a conversation has, in the order they were made. */
export async function lanesOf(sql: Sql, conversationId: string): Promise<LaneAddress[]> {
  return sql.query<LaneAddress>(
    `SELECT installation_id AS "installationId", conversation_id AS "conversationId", destination_id AS "destinationId"
       FROM lane WHERE conversation_id = $1 ORDER BY created_at, id`,
    [conversationId],
  );
}
