/** Who listens: one per chat, or one for all chats of a destination. */
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
