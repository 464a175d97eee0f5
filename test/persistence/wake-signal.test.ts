import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createWakeSignal } from '../../src/persistence/wake-signal.ts';

const HOUR_MS = 3_600_000;

/** Whether this wait ends by itself within a turn of the event loop. */
const endsAtOnce = (waiting: Promise<void>): Promise<boolean> =>
  Promise.race([waiting.then(() => true), nextTurn(false)]);

test('Who is woken while at work does not go to sleep afterwards, and only once', async () => {
  const signal = createWakeSignal();
  signal.wake();
  signal.wake();
  expect(await endsAtOnce(signal.wait(HOUR_MS))).toBe(true);
  const second = signal.wait(HOUR_MS);
  expect(await endsAtOnce(second)).toBe(false);
  signal.wake();
  await second;
});

test('One wake ends one sleep', async () => {
  const signal = createWakeSignal();
  const sleeping = signal.wait(HOUR_MS);
  expect(await endsAtOnce(sleeping)).toBe(false);
  signal.wake();
  await sleeping;
  const next = signal.wait(HOUR_MS);
  expect(await endsAtOnce(next)).toBe(false);
  signal.wake();
  await next;
});

test('Nobody sleeps longer than was said', async () => {
  await expect(createWakeSignal().wait(1)).resolves.toBeUndefined();
});
