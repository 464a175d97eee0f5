import type { DeliverySettings } from '../destinations/delivery-settings.ts';

const MAX_DOUBLINGS = 20;
/** Who asks for hours does not mind a minute; whoever waits does. */
const LONGEST_SPREAD_MS = 60_000;

/**
 * Pause before the next try, in ms: `retryBaseMs` doubled with every failure up to `retryMaxMs`, half of it random, so
 * that lanes which failed together do not come back together. `random` in [0, 1).
 */
export function backOffMs(
  failures: number,
  settings: Pick<DeliverySettings, 'retryBaseMs' | 'retryMaxMs'>,
  random: number = Math.random(),
): number {
  const doublings = Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS);
  const ceiling = Math.min(settings.retryBaseMs * 2 ** doublings, settings.retryMaxMs);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** What was told to come back at one moment comes back over this time after it: a tenth of the wait, in ms. */
export const spreadMs = (askedMs: number): number => Math.round(Math.min(askedMs / 10, LONGEST_SPREAD_MS));

/** The longer of the back-off and what was asked for, in ms. `failures`: this one included. */
export function retryPauseMs(failures: number, settings: DeliverySettings, retryAfterMs: number | undefined): number {
  return Math.max(backOffMs(failures, settings), throttledMs(retryAfterMs, 0));
}

/** Pause after "too many requests": never less than was asked for, up to a tenth more. */
export function throttledMs(
  retryAfterMs: number | undefined,
  fallbackMs: number,
  random: number = Math.random(),
): number {
  const asked = retryAfterMs ?? fallbackMs;
  return Math.round(asked + random * spreadMs(asked));
}
