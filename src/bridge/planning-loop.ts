import type { Logger } from '../observability/logger.ts';
import { eventDueInMs, type EventQueueDependencies, planNextEvent } from './event-queue.ts';
import { idlePause } from './idle-pause.ts';
import { createWakeSignal, type WakeSignal } from '../persistence/wake-signal.ts';

/** Only one planner watches for what falls due by itself; the others are there for when much comes in. */
const HELPERS_POLL_MS = 60_000;
const AFTER_DATABASE_TROUBLE_MS = 1_000;

export interface PlanningLoop {
  wake(): void;
  /** Takes no more events and resolves when those in hand are planned. */
  stop(): Promise<void>;
}

/** Events planned at the same time. What belongs together waits for itself: see the planner. */
const PLANNERS = { postgres: 4, embedded: 1 } as const;

/**
 * Plans stored events until stopped. Whoever finds more than one wakes one more: one event needs one planner, and many
 * come to have them all. `onPlanned`: there may be something to carry.
 */
export function startPlanning(
  dependencies: EventQueueDependencies,
  onPlanned: () => void,
  logger: Logger,
): PlanningLoop {
  const signals = Array.from({ length: PLANNERS[dependencies.database.kind] }, createWakeSignal);
  /** Planners with nothing to do. */
  const waiting = new Set<number>();
  let stopping = false;

  function wakeOne(): void {
    const index = waiting.size > 0 ? Math.min(...waiting) : 0;
    waiting.delete(index);
    signals[index]?.wake();
  }

  async function run(signal: WakeSignal, index: number): Promise<void> {
    const pause = async (): Promise<number> =>
      index === 0 ? idlePause(await eventDueInMs(dependencies.database)) : HELPERS_POLL_MS;
    while (!stopping) {
      try {
        const result = await planNextEvent(dependencies, wakeOne);
        if (result.outcome === 'planned') onPlanned();
        if (result.outcome === 'failed') {
          logger.error({ event: 'planning-failed', storedEvent: result.eventId, error: result.error });
        }
        if (result.outcome !== 'failed' && !result.more) {
          const pauseMs = await pause();
          waiting.add(index);
          await signal.wait(pauseMs);
          waiting.delete(index);
        }
      } catch (error) {
        logger.error({ event: 'planning-stopped', error });
        await signal.wait(AFTER_DATABASE_TROUBLE_MS);
      }
    }
  }

  const running = Promise.all(signals.map(run));
  return {
    wake: wakeOne,
    async stop() {
      stopping = true;
      for (const signal of signals) signal.wake();
      await running;
    },
  };
}
