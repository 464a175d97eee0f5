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

const given = (parameter: string): string => `ROWS FROM (json_to_recordset(${parameter}::json)
  AS (key text, kind text, payload jsonb, "expiresInMs" float8)) WITH ORDINALITY
  AS given(key, kind, payload, expires_in_ms, place)`;
const EXPIRY = `now() + given.expires_in_ms * interval '1 millisecond'`;

// A lane that backs off or is leased keeps its time; a blocked one waits for a person.
const ADD = `
WITH added AS (
  INSERT INTO delivery (lane_id, key, position, kind, payload, event_id, expires_at)
  SELECT $1, given.key, $2 + given.place - 1, given.kind, given.payload, $3::bigint, ${EXPIRY}
    FROM ${given('$4')} ORDER BY given.place
  ON CONFLICT (lane_id, key) DO NOTHING RETURNING position
), count AS (
  SELECT count(*)::int AS added, max(position) AS last FROM added
)
UPDATE lane SET pending = pending + count.added, next_position = count.last + 1,
       next_at = CASE WHEN blocked THEN NULL ELSE COALESCE(next_at, now()) END
  FROM count WHERE id = $1 AND count.added > 0`;

// All lanes of a conversation that has none yet, with the same deliveries in each.
const BEGIN_LANES = `
WITH lanes AS (
  INSERT INTO lane (id, installation_id, conversation_id, destination_id, pending, next_position, next_at)
  SELECT $2 || '/' || destination_id, $1, $2, destination_id, json_array_length($5::json),
         json_array_length($5::json) + 1, now()
    FROM UNNEST($3::text[]) AS destination_id
  ON CONFLICT (id) DO NOTHING RETURNING id, destination_id
), added AS (
  INSERT INTO delivery (lane_id, key, position, kind, payload, event_id, expires_at)
  SELECT lanes.id, given.key, given.place, given.kind, given.payload, $4::bigint, ${EXPIRY}
    FROM lanes, ${given('$5')} ORDER BY lanes.id, given.place
)
SELECT destination_id AS "destinationId" FROM lanes`;

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
  await sql.query(ADD, [laneId, row.next_position, eventId, JSON.stringify(deliveries)]);
}

/** The same for the lanes of several destinations, with one statement for those that are new. */
export async function enqueueEverywhere(
  sql: Sql,
  { installationId, conversationId, destinationIds }: Omit<LaneAddress, 'destinationId'> & { destinationIds: string[] },
  deliveries: readonly NewDelivery[],
  eventId: string | null,
): Promise<void> {
  if (destinationIds.length === 0) return;
  const values = [installationId, conversationId, destinationIds, eventId, JSON.stringify(deliveries)];
  const begun = new Set(
    (await sql.query<{ destinationId: string }>(BEGIN_LANES, values)).map((lane) => lane.destinationId),
  );
  for (const destinationId of destinationIds.filter((id) => !begun.has(id))) {
    await enqueue(sql, { installationId, conversationId, destinationId }, deliveries, eventId);
  }
}

/** The lanes a conversation has, in the order they were made. */
export async function lanesOf(sql: Sql, conversationId: string): Promise<LaneAddress[]> {
  return sql.query<LaneAddress>(
    `SELECT installation_id AS "installationId", conversation_id AS "conversationId", destination_id AS "destinationId"
       FROM lane WHERE conversation_id = $1 ORDER BY created_at, id`,
    [conversationId],
  );
}
