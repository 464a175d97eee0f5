import { setTimeout as pause } from 'node:timers/promises';
import { crashPoint } from '../observability/crash-point.ts';
import type { Database, Sql } from '../persistence/database.ts';

/** What was removed for its age, in rows. */
export interface ExpiredCounts {
  events: number;
  conversations: number;
  operators: number;
}

export interface Batch<Place> {
  removed: Partial<ExpiredCounts>;
  /** Where the next one begins; undefined after the last. */
  next: Place | undefined;
}

export interface SweepDependencies {
  database: Database;
  /** Of installations without a setting of their own, and of what belongs to none. */
  retentionDays: number;
  /** Called after every commit that removed something. */
  onExpired(counts: ExpiredCounts): void;
  /** Aborts when the process is to stop: the batch in hand is finished, and no other begun. */
  stopping: AbortSignal;
}

/** Between two batches, in ms: whoever waits for the database comes first. */
const PAUSE_MS = 5;

// How many are old decides how they are found best, and a plan that is made for any values does not know.
export const FOR_THESE_VALUES = 'SET LOCAL plan_cache_mode = force_custom_plan';

const NOTHING: ExpiredCounts = { events: 0, conversations: 0, operators: 0 };

/**
 * Removes batch after batch, each in a short transaction of its own, so that a crash loses nothing and whoever comes next
 * goes on.
 */
export async function removeInBatches<Place>(
  { database, onExpired, stopping }: SweepDependencies,
  first: Place,
  remove: (sql: Sql, from: Place) => Promise<Batch<Place>>,
): Promise<void> {
  for (let place: Place | undefined = first; place !== undefined && !stopping.aborted;) {
    const from: Place = place;
    const batch: Batch<Place> = await database.transaction(async (sql) => {
      await sql.query(FOR_THESE_VALUES);
      const done = await remove(sql, from);
      if (isAny(done.removed)) crashPoint('K14');
      return done;
    });
    if (isAny(batch.removed)) {
      onExpired({ ...NOTHING, ...batch.removed });
      crashPoint('K14');
    }
    place = batch.next;
    if (place !== undefined) await pause(PAUSE_MS);
  }
}

const isAny = (counts: Partial<ExpiredCounts>): boolean => Object.values(counts).some((count) => count > 0);
