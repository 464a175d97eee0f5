import { setTimeout as pause } from 'node:timers/promises';
import { sourceIdOf } from './conversation-store.ts';
import { markChecked, openForLong } from './heard-store.ts';
import { mayTellClose } from './judge-listed.ts';
import { planMissedClose } from './plan-found.ts';
import type { ReconcileLease } from './reconcile-store.ts';
import type { RoundDependencies } from './reconcile-timings.ts';

/** Asked about in one round. */
const MOST_CHECKS = 20;
/** Rounds between two questions about one of them, at least. */
const EVERY_ROUNDS = 3;

/**
 * Asks about open conversations that began before `before` and so are in no list we read any more: their close may have
 * been missed long after their start. Tells how many were over.
 */
export async function checkLongOpen(
  lease: ReconcileLease,
  before: Date,
  { database, store, list, installations, timings, onPlanned, stopping }: RoundDependencies,
): Promise<number> {
  const { installationId, now } = lease;
  const everyMs = timings.everyMs * EVERY_ROUNDS;
  let closed = 0;
  for (const one of await openForLong(database, installationId, before, everyMs, MOST_CHECKS)) {
    stopping.throwIfAborted();
    await pause(timings.paceMs);
    const ids = [one.id, ...one.otherIds].map((id) => sourceIdOf(id, installationId));
    const { startedAt, visitorExternalId } = one;
    const hints = { startedAt, ...(visitorExternalId !== null && { visitorExternalId }) };
    const answer = await list.one({ installationId, ids, ...hints });
    const over = !('unreadable' in answer) && mayTellClose(answer, now, timings.graceMs) ? answer : undefined;
    await database.transaction(async (sql) => {
      await store.hold(sql, lease);
      if (over) await planMissedClose(sql, installationId, over, sourceIdOf(one.id, installationId), installations);
      await markChecked(sql, [one.id]);
    });
    if (!over) continue;
    closed += 1;
    onPlanned();
  }
  return closed;
}
