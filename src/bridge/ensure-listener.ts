import type { Sql } from '../persistence/database.ts';
import type { Lease } from './delivery.ts';
import type { ConfiguredDestination } from './lane-context.ts';

/** A chat system as far as it decides who listens. */
export interface ListeningType {
  type: string;
  listensPerChat: boolean;
}

// The update locks a listener that is just finding nothing left to read: it looks again, or this one makes it anew.
const ENSURE = `
INSERT INTO listener (id, installation_id, destination_id, lane_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET hinted_at = now(), next_at =
  CASE WHEN listener.failures = 0 THEN LEAST(listener.next_at, now()) ELSE listener.next_at END`;

const ENSURE_TYPE = `
INSERT INTO listener (id, installation_id, destination_id, lane_id)
SELECT DISTINCT CASE WHEN $2 THEN lane.id ELSE remote_chat.scope END, lane.installation_id, lane.destination_id,
       CASE WHEN $2 THEN lane.id END
  FROM remote_chat
  JOIN lane ON lane.id = remote_chat.lane_id
  JOIN installation ON installation.id = lane.installation_id,
       jsonb_array_elements(installation.settings -> 'destinations') AS destination
 WHERE remote_chat.status = 'open' AND destination ->> 'id' = lane.destination_id AND destination ->> 'type' = $1
ON CONFLICT (id) DO NOTHING`;

/** Sees to it that a chat is listened to, in the transaction that stores the chat. A destination that cannot be read has none. */
export async function ensureListener(sql: Sql, lease: Lease, configured: ConfiguredDestination): Promise<void> {
  if (!configured.destination.receiver) return;
  const { installationId, destinationId, laneId } = lease;
  const values = configured.capabilities.listensPerChat
    ? [laneId, installationId, destinationId, laneId]
    : [`${installationId}/${destinationId}`, installationId, destinationId, null];
  await sql.query(ENSURE, values);
}

/** The same for all open chats of a chat system: those of a release that could not read it yet. */
export async function ensureListenersOf(sql: Sql, { type, listensPerChat }: ListeningType): Promise<void> {
  await sql.query(ENSURE_TYPE, [type, listensPerChat]);
}
