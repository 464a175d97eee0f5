import type { Sql } from '../persistence/database.ts';
import type { Lease } from './delivery.ts';
import type { ConfiguredDestination } from './lane-context.ts';
import type { ListenerAddress } from './listener-address.ts';

/** A chat system as far as it decides who listens. */
export interface ListeningType {
  type: string;
  listensPerChat: boolean;
}

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

/** Who listens to a chat that is being stored; undefined for a destination that cannot be read. */
export function listenerOf(
  { installationId, destinationId, laneId }: Lease,
  { destination, capabilities }: Pick<ConfiguredDestination, 'destination' | 'capabilities'>,
): ListenerAddress | undefined {
  if (!destination.receiver) return undefined;
  return capabilities.listensPerChat
    ? { id: laneId, laneId }
    : { id: `${installationId}/${destinationId}`, laneId: null };
}

/** Sees to it that all open chats of a chat system have a listener: those of a release that could not read it, too. */
export async function ensureListenersOf(sql: Sql, { type, listensPerChat }: ListeningType): Promise<void> {
  await sql.query(ENSURE_TYPE, [type, listensPerChat]);
}
