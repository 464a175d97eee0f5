import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { eventDueInMs, type EventQueueDependencies, planNextEvents } from './event-queue.ts';
import { idlePause } from './idle-pause.ts';
import { createPlanningTurns, type PlanningTimings } from './planning-turns.ts';
import { createWakeSignal, type WakeSignal } from '../persistence/wake-signal.ts';
import { isWaitInVain } from '../persistence/database-faults.ts';

/** Only one planner watches for what falls due by itself; the others are there for when much comes in. */
const HELPERS_POLL_MS = 60_000;

export interface PlanningLoop {
  wake(): void;
  /** Takes no more events and resolves when those in hand are planned. */
  stop(): Promise<void>;
}

/** Transactions at the same time. What belongs together waits for itself: see the planner. */
const PLANNERS = { postgres: 4, embedded: 1 } as const;
/** Events in one transaction. The embedded database serves nobody else meanwhile. */
const TOGETHER = { postgres: 10, embedded: 3 } as const;
/** A transaction costs more than what one event adds to it, so what comes in so short a time shares one, in ms. */
const APART_MS = 10;

export interface PlanningOptions extends EventQueueDependencies {
  /** There may be something to carry. */
  onPlanned(): void;
  logger: Logger;
  /** Other times, for tests. */
  timings: Partial<PlanningTimings> | undefined;
}

/**
 * Plans stored events until stopped. Whoever finds as many as he may take wakes one more: few events need one planner, and
 * many come to have them all.
 */
export function startPlanning({ onPlanned, logger, timings, ...dependencies }: PlanningOptions): PlanningLoop {
  const signals = Array.from({ length: PLANNERS[dependencies.database.kind] }, createWakeSignal);
  const turns = createPlanningTurns(TOGETHER[dependencies.database.kind], timings);
  /** Planners with nothing to do. */
  const waiting = new Set<number>();
  /** Of those that are about to look. */
  let gathering = 0;
  /** By the process's own clock, in ms. */
  let nextLookAt = -Infinity;
  const stopping = new AbortController();

  function wakeOne(): void {
    if (gathering > 0) return;
    const index = waiting.size > 0 ? Math.min(...waiting) : 0;
    waiting.delete(index);
    signals[index]?.wake();
  }

  /** Deaf to new events, which are looked for afterwards in any case. Ends early when it is to stop. */
  const sleep = (ms: number): Promise<void> => pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  /** Lets what comes meanwhile share the transaction. */
  async function gather(): Promise<void> {
    const earlyMs = nextLookAt - performance.now();
    if (earlyMs > 0) {
      gathering += 1;
      await sleep(earlyMs);
      gathering -= 1;
    }
    nextLookAt = performance.now() + APART_MS;
  }

  function onMore(): void {
    nextLookAt = -Infinity;
    wakeOne();
  }

  const dueInMs = (index: number): Promise<number | undefined> | undefined =>
    index === 0 ? eventDueInMs(dependencies.database) : undefined;

  async function run(signal: WakeSignal, index: number): Promise<void> {
    for (;;) {
      await gather();
      if (stopping.signal.aborted) return;
      try {
        const result = await planNextEvents(dependencies, turns, onMore);
        if ('error' in result) {
          const { outcome, error } = result;
          const which = outcome === 'apart' ? { events: result.events } : { storedEvent: result.eventId };
          logger[outcome === 'apart' ? 'warn' : 'error']({ event: `planning-${outcome}`, ...which, error });
          // A database in trouble is not asked more often for that more comes in.
          if (outcome === 'blocked' && !isWaitInVain(error)) await sleep(turns.retryBaseMs);
          continue;
        }
        if (result.outcome === 'planned') onPlanned();
        const nextInMs = result.outcome === 'idle' ? await dueInMs(index) : result.nextInMs;
        // Whoever is about to look looks for this one too.
        if (nextInMs !== undefined && nextInMs <= 0 && result.outcome !== 'idle' && gathering === 0) continue;
        waiting.add(index);
        await signal.wait(index === 0 ? idlePause(nextInMs) : HELPERS_POLL_MS);
        waiting.delete(index);
      } catch (error) {
        logger.error({ event: 'planning-stopped', error });
        await sleep(turns.retryBaseMs);
      }
    }
  }

  const running = Promise.all(signals.map(run));
  return {
    wake: wakeOne,
    async stop() {
      stopping.abort();
      for (const signal of signals) signal.wake();
      await running;
    },
  };
}
