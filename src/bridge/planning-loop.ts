import type { Logger } from '../observability/logger.ts';
import { type EventQueueDependencies, planNextEvent } from './event-queue.ts';
import { createWakeSignal } from './wake-signal.ts';

/** Net below the wake-ups: held closes fall due, and other processes take events in. */
const POLL_MS = 500;
const AFTER_DATABASE_TROUBLE_MS = 1_000;

export interface PlanningLoop {
  wake(): void;
  /** Takes no more events and resolves when the one in hand is planned. */
  stop(): Promise<void>;
}

/** Plans stored events one after another until stopped. `onPlanned`: there may be something to carry. */
export function startPlanning(
  dependencies: EventQueueDependencies,
  onPlanned: () => void,
  logger: Logger,
): PlanningLoop {
  const signal = createWakeSignal();
  let stopping = false;

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        const result = await planNextEvent(dependencies);
        if (result.outcome === 'planned') onPlanned();
        if (result.outcome === 'failed') {
          logger.error({ event: 'planning-failed', storedEvent: result.eventId, error: result.error });
        }
        if (result.outcome === 'idle') await signal.wait(POLL_MS);
      } catch (error) {
        logger.error({ event: 'planning-stopped', error });
        await signal.wait(AFTER_DATABASE_TROUBLE_MS);
      }
    }
  }

  const running = run();
  return {
    wake: () => signal.wake(),
    async stop() {
      stopping = true;
      signal.wake();
      await running;
    },
  };
}
