import type { Database } from '../persistence/database.ts';

/**
 * - `not-understood`: its bytes mean nothing to us, or nobody knows whose it is.
 * - `not-wanted`: it was put aside on purpose, as another type of event or as another body of one that is here.
 * - `erased`: nothing is left of it.
 */
export type EventRefusal = 'not-found' | 'not-understood' | 'not-wanted' | 'erased';

export type EventReplayOutcome = { eventId: string } | { refused: EventRefusal };

// The one way back for a status: the event was whole when it was given up, and so it is now. Planned late it changes
// nothing that was planned meanwhile, as any event that is planned again.
const ACCEPT_AGAIN = `
UPDATE event SET status = 'accepted', reason = NULL, plan_failures = 0, plan_after = now()
 WHERE id = $1::bigint AND status = 'quarantined' AND reason = 'planning-failed' AND erased_at IS NULL`;

const FIND = `SELECT status, erased_at IS NOT NULL AS erased FROM event WHERE id = $1::bigint`;

/**
 * Gives an event that was given up back to the planner. Doing it twice is doing it once; one that was never given up, or
 * is planned by now, stays as it is. `onReplayed`: there is something to plan.
 */
export async function replayEvent(database: Database, id: string, onReplayed: () => void): Promise<EventReplayOutcome> {
  await database.query(ACCEPT_AGAIN, [id]);
  const [found] = await database.query<{ status: string; erased: boolean }>(FIND, [id]);
  if (!found) return { refused: 'not-found' };
  if (found.erased) return { refused: 'erased' };
  if (found.status === 'accepted') {
    onReplayed();
    return { eventId: id };
  }
  return { refused: found.status === 'quarantined' ? 'not-understood' : 'not-wanted' };
}
