import { describe, expect, test } from '@jest/globals';
import { parseRetryAfter } from '../../src/outgoing/retry-after.ts';

const now = new Date('2026-03-01T12:00:00.250Z');

describe('parseRetryAfter', () => {
  test.each([
    ['0', 0],
    ['10', 10_000],
    [' 10 ', 10_000],
    ['1.5', 1500],
    ['0.0001', 1],
    ['3600', 3_600_000],
    ['86400', 3_600_000],
    ['9'.repeat(400), 3_600_000],
  ])('seconds %p → %p ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  test.each([
    ['Sun, 01 Mar 2026 12:00:30 GMT', 29_750],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 29_750],
    ['Sun Mar  1 12:00:30 2026', 29_750],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Mon, 02 Mar 2026 12:00:00 GMT', 3_600_000],
  ])('date %p → %p ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  test.each([
    undefined,
    '',
    '-5',
    '+5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '5s',
    '.5',
    '5.',
    '10, 20',
    'soon',
    '2026-03-01T12:00:30Z',
    'Sun, 01 Mar 2026 12:00:30 CET',
    'Sun, 01 Foo 2026 12:00:30 GMT',
    'Sun, 01 Mar 2026 99:00:30 GMT',
  ])('nonsense %p → undefined', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });
});
