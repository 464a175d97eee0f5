import { setTimeout as pause } from 'node:timers/promises';
import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { DeliverySettings } from '../destinations/delivery-settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { HealthScope, HealthStore } from './health-store.ts';
import { spreadMs } from './retry-policy.ts';

/** `write`: it could be seen by a person. `look`: it reads what an earlier write left. */
export type CallKind = 'write' | 'look';

/** Tells how a call ended; what it threw, where it did. Never throws. */
export type Report = (error?: unknown) => Promise<void>;

/** The same; after a failure, unless it is only closed: until the next try is welcome, in ms. */
export type Note = (kind: CallKind, troubled: boolean, error: unknown) => Promise<number | undefined>;

/** Stands before every call of one destination. */
export interface Gate {
  /**
   * Resolves when the call may be made now; throws `HeldBackError` when the destination asked for patience, or is down
   * and somebody else has this interval's try.
   */
  ask(kind: CallKind): Promise<Report>;
  /**
   * Before a try to write, where the destination has a budget of them: resolves at a moment that is this try's alone. Throws
   * `HeldBackError` when that is too far ahead.
   */
  pace(): Promise<void>;
  /** For a call that need not ask, since the destination is well: it may still end in trouble. */
  whenWell(kind: CallKind): Report;
  /** Where the last call that was told of failed: until the next try is welcome, in ms, however long a back-off is. */
  nextTrialInMs(): number | undefined;
}

/** Nothing was sent and nothing failed: the lane waits. */
export class HeldBackError extends Error {}

/** Writes down how calls ended. Never throws: the outcome of the call itself counts, and is stored next. */
export function createNote(health: HealthStore, scope: HealthScope, settings: DeliverySettings, logger: Logger): Note {
  const { breakerFailures: afterFailures, breakerIntervalMs: intervalMs } = settings;
  const { installationId: installation, destinationId: destination, reading } = scope;
  const about = { installation, destination, ...(reading && { reading }) };

  async function note(...[kind, troubled, error]: Parameters<Note>): Promise<number | undefined> {
    const failure = error instanceof DestinationFailure ? error : undefined;
    if (failure?.kind === 'throttled') {
      const forMs = failure.retryAfterMs ?? settings.retryBaseMs;
      await health.throttled(scope, forMs, spreadMs(forMs));
    } else if (failure?.isClosed) {
      // It answers, and takes no new chat now: whatever else waits for a try need not wait for this one.
      if (troubled) await health.read(scope);
    } else if (failure?.kind === 'notSent' || failure?.kind === 'unknown') {
      // A listener's pause after a failure is its own chat's; whoever refuses what is written speaks for all of them.
      const asksMs = reading ? 0 : (failure.retryAfterMs ?? 0);
      const pause = { forMs: asksMs, spreadMs: spreadMs(asksMs) };
      const { opened, nextTrialInMs } = await health.failed(scope, failure.code, { afterFailures, intervalMs }, pause);
      if (opened) logger.warn({ event: 'breaker-opened', ...about, code: failure.code, afterFailures });
      // Nobody else may be there to find out that it is back: one lane alone opens no breaker.
      return nextTrialInMs ?? (reading ? undefined : intervalMs);
    } else if (troubled && (error === undefined || failure !== undefined)) {
      // A refusal is an answer too. To be readable says little of whether it takes what is written.
      if (kind === 'look') return (await health.read(scope)) ? 0 : intervalMs;
      if (await health.wrote(scope)) logger.info({ event: 'breaker-closed', ...about });
    }
    return undefined;
  }

  return async (kind, troubled, error) => {
    try {
      return await note(kind, troubled, error);
    } catch (trouble) {
      logger.warn({ event: 'health-not-noted', ...about, error: trouble });
      return undefined;
    }
  };
}

/** `onFreeIn`: in so many ms the budget has room for another lane. */
export function createGate(
  health: HealthStore,
  scope: HealthScope,
  settings: DeliverySettings,
  logger: Logger,
  onFreeIn?: (ms: number) => void,
): Gate {
  const note = createNote(health, scope, settings, logger);
  let nextTrialInMs: number | undefined;
  const reportOf =
    (kind: CallKind, troubled: boolean): Report =>
    async (error) => {
      nextTrialInMs = await note(kind, troubled, error);
    };
  return {
    async ask(kind) {
      const admission = await health.admit(scope, settings.breakerIntervalMs);
      if (!admission.admitted) throw new HeldBackError('the destination is not to be called now');
      return reportOf(kind, admission.troubled);
    },
    async pace() {
      if (settings.triesPerSecond === undefined) return;
      const { waitMs, freeInMs } = await health.reserve(scope, settings.triesPerSecond);
      onFreeIn?.(freeInMs);
      if (waitMs === undefined) throw new HeldBackError('the budget of tries is spent');
      if (waitMs > 0) await pause(Math.ceil(waitMs));
    },
    whenWell: (kind) => reportOf(kind, false),
    nextTrialInMs: () => nextTrialInMs,
  };
}
