import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { eventDueInMs, type EventQueueDependencies, planNextEvent } from './event-queue.ts';
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

/** Events planned at the same time. What belongs together waits for itself: see the planner. */
const PLANNERS = { postgres: 4, embedded: 1 } as const;

export interface PlanningOptions extends EventQueueDependencies {
  /** There may be something to carry. */
  onPlanned(): void;
  logger: Logger;
  /** Shorter times, for tests. */
  timings: Partial<PlanningTimings> | undefined;
}

/**
 * Plans stored events until stopped. Whoever finds more than one wakes one more: one event needs one planner, and many
 * come to have them all.
 */
export function startPlanning({ onPlanned, logger, timings, ...dependencies }: PlanningOptions): PlanningLoop {
  const signals = Array.from({ length: PLANNERS[dependencies.database.kind] }, createWakeSignal);
  const turns = createPlanningTurns(timings);
  /** Planners with nothing to do. */
  const waiting = new Set<number>();
  const stopping = new AbortController();

  function wakeOne(): void {
    const index = waiting.size > 0 ? Math.min(...waiting) : 0;
    waiting.delete(index);
    signals[index]?.wake();
  }

  /** Deaf to new events: a database in trouble is not asked more often for that more comes in. */
  const afterTrouble = (): Promise<void> =>
    pause(turns.retryBaseMs, undefined, { signal: stopping.signal }).catch(() => undefined);

  async function run(signal: WakeSignal, index: number): Promise<void> {
    const pauseMs = async (): Promise<number> =>
      index === 0 ? idlePause(await eventDueInMs(dependencies.database)) : HELPERS_POLL_MS;
    while (!stopping.signal.aborted) {
      try {
        const result = await planNextEvent(dependencies, turns, wakeOne);
        if ('error' in result) {
          const { outcome, eventId, error } = result;
          logger.error({ event: `planning-${outcome}`, storedEvent: eventId, error });
          if (outcome === 'blocked' && !isWaitInVain(error)) await afterTrouble();
          continue;
        }
        if (result.outcome === 'planned') onPlanned();
        if (result.more) continue;
        const idleMs = await pauseMs();
        waiting.add(index);
        await signal.wait(idleMs);
        waiting.delete(index);
      } catch (error) {
        logger.error({ event: 'planning-stopped', error });
        await afterTrouble();
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
