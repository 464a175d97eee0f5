import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { DeliverySettings } from '../destinations/delivery-settings.ts';
import { backOffMs, throttledMs } from './retry-policy.ts';

/** What holds for a destination whose settings cannot be opened. */
const UNOPENED_PAUSE_MS = 60_000;

/** Whatever the settings say, those who wait ask the database no more often. */
const LEAST_HELD_BACK_MS = 100;

/** Of an interval's one try, as a share of the interval: those that failed once have so long, the others come after them. */
const TURN = 1 / 8;

/**
 * Pause after a failed reading, in ms. `failures`: how many there were in a row, this one included. `nextTrialInMs`:
 * behind an open breaker, until somebody may try again; who failed comes soon after that, whatever its back-off is.
 */
export function pauseAfterFailure(
  error: unknown,
  failures: number,
  settings: DeliverySettings,
  nextTrialInMs?: number,
): number {
  const backOff = backOffMs(failures, {
    ...settings,
    retryBaseMs: settings.listenRetryBaseMs,
    retryMaxMs: settings.listenRetryMaxMs,
  });
  if (!(error instanceof DestinationFailure)) return backOff;
  if (error.kind === 'throttled') return Math.max(throttledMs(error.retryAfterMs, backOff), backOff);
  const retryMs = nextTrialInMs === undefined ? backOff : pauseHeldBack(settings, nextTrialInMs, failures);
  const pause = error.kind === 'refused' ? jittered(settings.listenRefusedMs) : retryMs;
  // A system may ask for a pause after any failure.
  return Math.max(pause, error.retryAfterMs ?? 0);
}

export const pauseUnopened = (): number => jittered(UNOPENED_PAUSE_MS);

/**
 * Pause of a listener behind an open breaker, in ms: until somebody may try again, and then it may be its turn. A chat
 * that never can be read leaves that to one which failed only once.
 */
export function pauseHeldBack(
  { breakerIntervalMs }: DeliverySettings,
  nextTrialInMs: number,
  failures: number,
): number {
  const turn = (failures > 1 ? 1 : 0) + Math.random();
  const pause = Math.min(nextTrialInMs, breakerIntervalMs) + turn * TURN * breakerIntervalMs;
  return Math.max(Math.round(pause), LEAST_HELD_BACK_MS);
}

/** Pause between two readings that went well: what began together does not stay together. A long poll has none. */
export const pauseBetweenReadings = (pauseMs: number): number => jittered(pauseMs);

/**
 * Whether the last words of a chat that we ended are given up after this failure. Else they are asked for as long as the
 * store hands the chat out: an outage that began before the end says nothing about them.
 */
export const givesUpLastLook = (error: unknown): boolean =>
  error instanceof DestinationFailure && (error.kind === 'refused' || error.kind === 'gone');

/** Never less than `ms`, up to a tenth more. */
const jittered = (ms: number): number => Math.round(ms * (1 + Math.random() / 10));
