import type { DeliverySettings } from '../destinations/delivery-settings.ts';

const MAX_DOUBLINGS = 20;

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

/** Pause after "too many requests": never less than was asked for, up to a tenth more. */
export function throttledMs(
  retryAfterMs: number | undefined,
  fallbackMs: number,
  random: number = Math.random(),
): number {
  const asked = retryAfterMs ?? fallbackMs;
  return Math.round(asked * (1 + random / 10));
}
