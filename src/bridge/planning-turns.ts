import { backOffMs } from './retry-policy.ts';

/** All in ms. */
export interface PlanningTimings {
  /** After a first failure; doubled with each that follows. */
  retryBaseMs: number;
  /** The longest pause after a failure of the database's; those of an event itself come to an end before. */
  retryMaxMs: number;
}

const TIMINGS: PlanningTimings = { retryBaseMs: 1_000, retryMaxMs: 15_000 };

/** What the planners of one process remember of whose turn it is. Nothing hangs on it: the next process begins anew. */
export interface PlanningTurns extends PlanningTimings {
  /** The installation that had its turn last; '' = the next round begins. */
  last: string;
  /** Begins a turn: behind which installation, and how many events may be planned together at most. */
  next(): { last: string; most: number };
  /** Gives so many events their turn again, each by itself: together they failed, behind that installation. */
  apart(events: number, last: string): void;
  /** Events that are left alone for now. */
  resting(): string[];
  /**
   * Leaves an event alone for a while that the database failed to plan: longer each time, up to `retryMaxMs`. It counts as
   * due all the same, for what is behind it and for other processes.
   */
  rest(eventId: string): void;
  planned(eventId: string): void;
}

/** `together`: events in one transaction. `timings`: shorter times, for tests. */
export function createPlanningTurns(together: number, timings?: Partial<PlanningTimings>): PlanningTurns {
  const limits = { ...TIMINGS, ...timings };
  const resting = new Map<string, { failures: number; until: number }>();
  let alone = 0;
  const turns: PlanningTurns = {
    ...limits,
    last: '',
    next() {
      const most = alone > 0 ? 1 : together;
      alone = Math.max(0, alone - 1);
      return { last: turns.last, most };
    },
    apart(events, last) {
      turns.last = last;
      alone = Math.max(alone, events);
    },
    resting() {
      const now = performance.now();
      return [...resting].flatMap(([eventId, { until }]) => (until > now ? [eventId] : []));
    },
    rest(eventId) {
      const now = performance.now();
      const failures = (resting.get(eventId)?.failures ?? 0) + 1;
      resting.set(eventId, { failures, until: now + backOffMs(failures, limits) });
      // Those that another process has planned meanwhile.
      for (const [other, { until }] of resting) if (until + limits.retryMaxMs < now) resting.delete(other);
    },
    planned: (eventId) => void resting.delete(eventId),
  };
  return turns;
}
