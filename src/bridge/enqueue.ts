import type { Sql } from '../persistence/database.ts';
import type { NewDelivery } from './delivery.ts';

export interface LaneAddress {
  installationId: string;
  conversationId: string;
  destinationId: string;
}

export const laneIdOf = (lane: LaneAddress): string => `${lane.conversationId}/${lane.destinationId}`;

// The update that changes nothing locks a lane that is there already.
const LOCK_LANE = `
INSERT INTO lane (id, installation_id, conversation_id, destination_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET pending = lane.pending RETURNING next_position`;

// A lane that backs off or is leased keeps its time; a blocked one waits for a person.
const ADD = `
WITH added AS (
  INSERT INTO delivery (lane_id, key, position, kind, payload, event_id, expires_at)
  SELECT $1, given.key, $2 + given.place - 1, given.kind, given.payload::jsonb, $3::bigint,
         now() + given.expires_in_ms * interval '1 millisecond'
    FROM UNNEST($4::text[], $5::text[], $6::text[], $7::float8[]) WITH ORDINALITY
      AS given(key, kind, payload, expires_in_ms, place)
   ORDER BY given.place
  ON CONFLICT (lane_id, key) DO NOTHING RETURNING position
), count AS (
  SELECT count(*)::int AS added, max(position) AS last FROM added
)
UPDATE lane SET pending = pending + count.added, next_position = count.last + 1,
       next_at = CASE WHEN blocked THEN NULL ELSE COALESCE(next_at, now()) END
  FROM count WHERE id = $1 AND count.added > 0`;

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
  const address = [laneId, lane.installationId, lane.conversationId, lane.destinationId];
  const [row] = await sql.query<{ next_position: number }>(LOCK_LANE, address);
  if (!row) throw new Error('the lane is not there though it was just made');
  await sql.query(ADD, [
    ...[laneId, row.next_position, eventId],
    ...[deliveries.map(({ key }) => key), deliveries.map(({ kind }) => kind)],
    ...[
      deliveries.map(({ payload }) => JSON.stringify(payload)),
      deliveries.map(({ expiresInMs }) => expiresInMs ?? null),
    ],
  ]);
}

/** The lanes a conversation has, in the order they were made. */
export async function lanesOf(sql: Sql, conversationId: string): Promise<LaneAddress[]> {
  return sql.query<LaneAddress>(
    `SELECT installation_id AS "installationId", conversation_id AS "conversationId", destination_id AS "destinationId"
       FROM lane WHERE conversation_id = $1 ORDER BY created_at, id`,
    [conversationId],
  );
}
