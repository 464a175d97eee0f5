import { backOffMs } from './retry-policy.ts';

/** All in ms. */
export interface PlanningTimings {
  /** After a first failure; doubled with each that follows. */
  retryBaseMs: number;
  /** The longest pause after a failure of the database's; those of an event itself come to an end before. */
  retryMaxMs: number;
  /** A transaction holds what it has planned back from everybody until it ends, so it begins no more after this. */
  longestMs: number;
}

const TIMINGS: PlanningTimings = { retryBaseMs: 1_000, retryMaxMs: 15_000, longestMs: 50 };

/** What the planners of one process remember of whose turn it is. Nothing hangs on it: the next process begins anew. */
export interface PlanningTurns extends PlanningTimings {
  /** The installation that had its turn last; '' = the next round begins. */
  last: string;
  /** How many events may be planned in one transaction now: one, while any has failed with others or is left alone. */
  most(): number;
  /** Those failed together. Forgotten when they are planned, or after `retryMaxMs`, should others have planned them. */
  apart(eventIds: readonly string[]): void;
  /** Events that are left alone for now. */
  resting(): string[];
  /**
   * Leaves an event alone for a while that the database failed to plan: longer each time, up to `retryMaxMs`. It counts as
   * due all the same, for what is behind it and for other processes.
   */
  rest(eventId: string): void;
  /** It was planned, or what is wrong with it is written down. */
  settled(eventId: string): void;
}

/** `together`: most events in one transaction. `timings`: other times, for tests. */
export function createPlanningTurns(together: number, timings?: Partial<PlanningTimings>): PlanningTurns {
  const limits = { ...TIMINGS, ...timings };
  const resting = new Map<string, { failures: number; until: number }>();
  // Those that another process has planned meanwhile.
  const forgetOld = (now: number): void => {
    for (const [eventId, { until }] of resting) if (until + limits.retryMaxMs < now) resting.delete(eventId);
  };
  return {
    ...limits,
    last: '',
    most() {
      forgetOld(performance.now());
      return resting.size > 0 ? 1 : together;
    },
    apart(eventIds) {
      const now = performance.now();
      for (const eventId of eventIds) resting.set(eventId, resting.get(eventId) ?? { failures: 0, until: now });
    },
    resting() {
      const now = performance.now();
      return [...resting].flatMap(([eventId, { until }]) => (until > now ? [eventId] : []));
    },
    rest(eventId) {
      const now = performance.now();
      const failures = (resting.get(eventId)?.failures ?? 0) + 1;
      resting.set(eventId, { failures, until: now + backOffMs(failures, limits) });
    },
    settled: (eventId) => void resting.delete(eventId),
  };
}
