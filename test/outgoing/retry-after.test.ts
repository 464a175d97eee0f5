import { describe, expect, test } from '@jest/globals';
import { retryAfterOf } from '../../src/outgoing/retry-after.ts';

const now = new Date('2026-03-01T12:00:00.250Z');

const waitOf = (value: string | undefined, date?: string) =>
  retryAfterOf({ headers: { ...(value !== undefined && { 'retry-after': value }), ...(date && { date }) } }, now);

describe('What an answer asks to wait', () => {
  test.each([
    ['0', 0],
    ['10', 10_000],
    [' 10 ', 10_000],
    ['1.5', 1500],
    ['0.0001', 1],
    ['3600', 3_600_000],
    ['7200', 7_200_000],
    ['86400', 86_400_000],
    ['86401', 86_400_000],
    ['9'.repeat(400), 86_400_000],
  ])('seconds %p → %p ms', (value, expected) => {
    expect(waitOf(value)).toBe(expected);
  });

  test.each([
    ['Sun, 01 Mar 2026 12:00:30 GMT', 29_750],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 29_750],
    ['Sun Mar  1 12:00:30 2026', 29_750],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Sun, 01 Mar 2026 14:00:00 GMT', 7_199_750],
    ['Fri, 06 Mar 2026 12:00:00 GMT', 86_400_000],
  ])('date %p → %p ms', (value, expected) => {
    expect(waitOf(value)).toBe(expected);
  });

  test.each([
    ['is an hour behind us', 'Sun, 01 Mar 2026 11:00:00 GMT', 'Sun, 01 Mar 2026 11:00:30 GMT'],
    ['is an hour ahead of us', 'Sunday, 01-Mar-26 13:00:00 GMT', 'Sun, 01 Mar 2026 13:00:30 GMT'],
    ['never was set', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Thu, 01 Jan 1970 00:00:30 GMT'],
  ])('a date of a server whose clock %s → 30 s by that clock', (_, date, value) => {
    expect(waitOf(value, date)).toBe(30_000);
  });

  test('seconds are seconds by any clock', () => {
    expect(waitOf('30', 'Sun, 01 Mar 2026 11:00:00 GMT')).toBe(30_000);
  });

  test.each(['', 'yesterday', 'Sun, 01 Mar 2026 11:00:00 GMT, Sun, 01 Mar 2026 11:00:00 GMT'])(
    'a date beside %p as the time of the answer → by our own clock',
    (date) => {
      expect(waitOf('Sun, 01 Mar 2026 12:00:30 GMT', date)).toBe(29_750);
    },
  );

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
    expect(waitOf(value)).toBeUndefined();
  });
});
