import { DestinationFailure, type FailureCode } from '../destinations/destination-failure.ts';
import type { DeliverySettings } from '../destinations/delivery-settings.ts';
import type { AttemptOutcome, Delivery } from './delivery.ts';
import { backOffMs, throttledMs } from './retry-policy.ts';
import type { Settled, Settlement } from './settlement-store.ts';

/** The attempt's row for whatever a destination threw. An error nobody foresaw counts as "nobody can tell". */
export function outcomeOf(error: unknown): AttemptOutcome {
  if (!(error instanceof DestinationFailure)) return { outcome: 'unknown', code: 'unexpected-error' };
  return { outcome: error.kind, code: error.code, httpStatus: error.httpStatus, requestId: error.requestId };
}

/**
 * What a failed write means, by its kind alone. Proven not sent: again by the back-off. Refused: a person must act, and
 * nothing overtakes it. Unknown: looked for before it is sent again. Erring on the side of a visible stop, never of a
 * silent loss or a double.
 */
export function settleFailure(delivery: Delivery, error: unknown, settings: DeliverySettings): Settlement {
  const kind = error instanceof DestinationFailure ? error.kind : 'unknown';
  const code: FailureCode = error instanceof DestinationFailure ? error.code : 'bad-answer';
  if (kind === 'refused' || kind === 'gone') return { to: 'parked', reason: code };
  // Ending twice is ending once, so an end in doubt is only tried again.
  const inDoubt = kind === 'unknown' && delivery.kind !== 'end';
  if (inDoubt) return { to: 'sending', lookInMs: 0, after: 'no-answer' };
  return retryOrPark(delivery, error, settings, code);
}

export function retryOrPark(
  delivery: Delivery,
  error: unknown,
  settings: DeliverySettings,
  code: FailureCode,
): Settlement {
  if (delivery.failingForMs > settings.retryForMs) return { to: 'parked', reason: 'retries-exhausted' };
  const closed = error instanceof DestinationFailure && error.isClosed && ({ closed: true } as const);
  return { to: 'pending', retryInMs: pauseMs(delivery, error, settings), reason: code, ...closed };
}

/** Until the next try, in ms: never sooner than the destination asked for. */
export function pauseMs(delivery: Delivery, error: unknown, settings: DeliverySettings): number {
  const backOff = backOffMs(delivery.failures + 1, settings);
  if (!(error instanceof DestinationFailure) || error.retryAfterMs === undefined) return backOff;
  return Math.max(throttledMs(error.retryAfterMs, backOff), backOff);
}

export type StepOutcome = Pick<Settled, 'settlement' | 'chat' | 'alongside'>;
