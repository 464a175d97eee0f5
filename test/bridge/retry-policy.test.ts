import { describe, expect, test } from '@jest/globals';
import { backOffMs, throttledMs } from '../../src/bridge/retry-policy.ts';
import { deliverySettings } from '../../src/destinations/delivery-settings.ts';
import { z } from 'zod';

const settings = z
  .object(deliverySettings({ settleMs: 0, textLimit: 100 }))
  .parse({ retryBaseMs: 1_000, retryMaxMs: 10_000 });

describe('the pause after a failure', () => {
  test('doubles with each failure up to the longest', () => {
    const longest = [1, 2, 3, 4, 5, 50].map((failures) => backOffMs(failures, settings, 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  test('is half chance, so that lanes do not come back together', () => {
    expect(backOffMs(3, settings, 0)).toBe(2_000);
    expect(backOffMs(3, settings, 0.5)).toBe(3_000);
  });

  test('is never shorter than "too many requests" asked for', () => {
    expect(throttledMs(10_000, 50, 0)).toBe(10_000);
    expect(throttledMs(10_000, 50, 1)).toBe(11_000);
    expect(throttledMs(undefined, 50, 0)).toBe(50);
  });
});
