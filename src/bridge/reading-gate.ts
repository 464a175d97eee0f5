import type { DeliverySettings } from '../destinations/delivery-settings.ts';
import type { Logger } from '../observability/logger.ts';
import { createNote } from './destination-gate.ts';
import type { HealthScope, HealthStore } from './health-store.ts';

/** Stands before the readings of one destination by one listener. */
export interface ReadingGate {
  /**
   * Undefined when it may be read. Else another listener has this interval's try: until somebody may try again, in ms.
   */
  heldBackMs(): Promise<number | undefined>;
  /**
   * How the reading ended; what it threw, where it did. Where it failed behind an open breaker: until somebody may try
   * again, in ms. Never throws.
   */
  report(error?: unknown): Promise<number | undefined>;
}

/**
 * Readings have a breaker of their own, shared by the listeners of all workers: what can be read may not take what is
 * written, and the other way round. Only a listener whose last reading failed asks, so that well ones cost nothing. One
 * chat that never can be read opens no breaker by itself; more of them let others go first, so that one which failed only
 * once is back soon.
 */
export function createReadingGate(
  health: HealthStore,
  destination: Omit<HealthScope, 'reading'>,
  settings: DeliverySettings,
  failuresBefore: number,
  logger: Logger,
): ReadingGate {
  const scope: HealthScope = { ...destination, reading: true };
  const note = createNote(health, scope, settings, logger);
  const troubled = failuresBefore > 0;
  return {
    async heldBackMs() {
      const admission = troubled ? await health.admit(scope, settings.breakerIntervalMs) : { admitted: true as const };
      return admission.admitted ? undefined : admission.freeInMs;
    },
    report: (error) => note('write', troubled, error),
  };
}
