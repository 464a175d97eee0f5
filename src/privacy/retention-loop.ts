import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import type { ExpiredCounts, SweepDependencies } from './expired-batches.ts';
import { removeExpiredConversations } from './expired-conversations.ts';
import { emptyExpiredEvents } from './expired-events.ts';
import { forgetExpiredActions, forgetExpiredOperators } from './expired-memories.ts';

/** Both in ms. */
export interface RetentionTimings {
  /** Until the first sweep, more or less: processes that start together do not sweep together. */
  firstMs: number;
  everyMs: number;
}

export interface RetentionLoop {
  /** Begins no other batch and resolves when the one in hand is committed. */
  stop(): Promise<void>;
}

export interface RetentionOptions extends Omit<SweepDependencies, 'stopping'> {
  /** Shorter times, for tests. */
  timings: Partial<RetentionTimings> | undefined;
  logger: Logger;
}

const TIMINGS: RetentionTimings = { firstMs: 5_000, everyMs: 60 * 60_000 };

const PARTS = [emptyExpiredEvents, removeExpiredConversations, forgetExpiredOperators, forgetExpiredActions];

/**
 * Removes what is older than it may be kept, again and again until stopped. Any number of workers may be at it at the
 * same time: none waits for another, and what one has in hand the others pass over.
 */
export function startRetention({ timings, logger, ...options }: RetentionOptions): RetentionLoop {
  const { firstMs, everyMs } = { ...TIMINGS, ...timings };
  const stop = new AbortController();
  const wait = (ms: number): Promise<void> => pause(ms, undefined, { signal: stop.signal }).catch(() => undefined);

  async function sweep(): Promise<void> {
    const total: ExpiredCounts = { events: 0, conversations: 0, operators: 0 };
    const startedAt = Date.now();
    const onExpired = (counts: ExpiredCounts): void => {
      for (const kind of ['events', 'conversations', 'operators'] as const) total[kind] += counts[kind];
      options.onExpired(counts);
    };
    try {
      for (const remove of PARTS) await remove({ ...options, onExpired, stopping: stop.signal });
    } catch (error) {
      // What is left over is as old at the next sweep.
      logger.error({ event: 'retention-failed', error });
    }
    if (Object.values(total).some((count) => count > 0)) {
      logger.info({ event: 'retention', ...total, tookMs: Date.now() - startedAt });
    }
  }

  async function run(): Promise<void> {
    await wait(firstMs * (0.5 + Math.random()));
    while (!stop.signal.aborted) {
      await sweep();
      await wait(everyMs);
    }
  }

  const running = run();
  return {
    async stop() {
      stop.abort();
      await running;
    },
  };
}
