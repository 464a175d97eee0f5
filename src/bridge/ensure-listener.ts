import type { Sql } from '../persistence/database.ts';
import type { Lease } from './delivery.ts';
import type { ConfiguredDestination } from './lane-context.ts';

/** A chat system as far as it decides who listens. */
export interface ListeningType {
  type: string;
  listensPerChat: boolean;
}

/** One per chat, or one for all chats of a destination. */
export interface ListenerAddress {
  id: string;
  laneId: string | null;
}

/**
 * Whoever stores a chat keeps its listener from being dropped until the chat can be seen; whoever may drop one waits for
 * them, and looks after that. Not the row's own lock: that one, all starts of a destination would take in turn.
 */
export const keepListener = (id: string): string => `pg_advisory_xact_lock_shared(hashtextextended(${id}, 0))`;
export const mayDropListener = (id: string): string => `pg_advisory_xact_lock(hashtextextended(${id}, 0))`;

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
