import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { DeliverySettings } from '../destinations/delivery-settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { HealthScope, HealthStore } from './health-store.ts';

/** `write`: it could be seen by a person. `look`: it reads what an earlier write left. */
export type CallKind = 'write' | 'look';

/** Tells how a call ended; what it threw, where it did. Never throws. */
export type Report = (error?: unknown) => Promise<void>;

/** Stands before every call of one destination. */
export interface Gate {
  /**
   * Resolves when the call may be made now; throws `HeldBackError` when the destination asked for patience, or is down
   * and somebody else has this interval's try.
   */
  ask(kind: CallKind): Promise<Report>;
  /** For a call that need not ask, since the destination is well: it may still end in trouble. */
  whenWell(kind: CallKind): Report;
}

/** Nothing was sent and nothing failed: the lane waits. */
export class HeldBackError extends Error {}

/** The lanes that waited come back over this part of the time they waited. */
const SPREAD = 1 / 10;

/** Writes down how calls ended. Never throws: the outcome of the call itself counts, and is stored next. */
export function createNote(
  health: HealthStore,
  scope: HealthScope,
  settings: DeliverySettings,
  logger: Logger,
): (kind: CallKind, troubled: boolean, error: unknown) => Promise<void> {
  const { breakerFailures: afterFailures, breakerIntervalMs: intervalMs } = settings;
  const { installationId: installation, destinationId: destination, reading } = scope;
  const about = { installation, destination, ...(reading && { reading }) };

  async function note(kind: CallKind, troubled: boolean, error: unknown): Promise<void> {
    const failure = error instanceof DestinationFailure ? error : undefined;
    if (failure?.kind === 'throttled') {
      const forMs = failure.retryAfterMs ?? settings.retryBaseMs;
      await health.throttled(scope, forMs, Math.round(forMs * SPREAD));
    } else if (failure?.kind === 'notSent' || failure?.kind === 'unknown') {
      const opened = await health.failed(scope, failure.code, { afterFailures, intervalMs });
      if (opened) logger.warn({ event: 'breaker-opened', ...about, code: failure.code, afterFailures });
    } else if (troubled && (error === undefined || failure !== undefined)) {
      // A refusal is an answer too. To be readable says little of whether it takes what is written.
      if (kind === 'look') await health.read(scope);
      else if (await health.wrote(scope)) logger.info({ event: 'breaker-closed', ...about });
    }
  }

  return async (kind, troubled, error) => {
    try {
      await note(kind, troubled, error);
    } catch (trouble) {
      logger.warn({ event: 'health-not-noted', ...about, error: trouble });
    }
  };
}

export function createGate(health: HealthStore, scope: HealthScope, settings: DeliverySettings, logger: Logger): Gate {
  const note = createNote(health, scope, settings, logger);
  return {
    async ask(kind) {
      const admission = await health.admit(scope, settings.breakerIntervalMs);
      if (!admission.admitted) throw new HeldBackError('the destination is not to be called now');
      return (error) => note(kind, admission.troubled, error);
    },
    whenWell: (kind) => (error) => note(kind, false, error),
  };
}
