import { expect, test } from '@jest/globals';
import { parseLocalTime } from '../../src/destinations/thulium/local-time.ts';

test.each([
  ['2024-06-01 10:00:20.000', 'Europe/Warsaw', '2024-06-01T08:00:20.000Z'],
  ['2024-01-15 10:00:20.5', 'Europe/Warsaw', '2024-01-15T09:00:20.500Z'],
  ['2024-06-01 10:00:20', 'UTC', '2024-06-01T10:00:20.000Z'],
  ['2024-06-01T10:00', 'America/New_York', '2024-06-01T14:00:00.000Z'],
  // The clocks go forward at 02:00: an hour before and an hour after.
  ['2024-03-31 01:59:59.999', 'Europe/Warsaw', '2024-03-31T00:59:59.999Z'],
  ['2024-03-31 03:00:00.000', 'Europe/Warsaw', '2024-03-31T01:00:00.000Z'],
  ['2024-06-01T10:00:20+05:30', 'Europe/Warsaw', '2024-06-01T04:30:20.000Z'],
  ['2024-06-01T10:00:20Z', 'Europe/Warsaw', '2024-06-01T10:00:20.000Z'],
])('%s in %s is %s', (text, zone, expected) => {
  expect(parseLocalTime(text, zone)?.toISOString()).toBe(expected);
});

test.each(['', 'yesterday', '1717228820', '10:00:20', '01.06.2024 10:00'])('%j is no time', (text) => {
  expect(parseLocalTime(text, 'Europe/Warsaw')).toBeUndefined();
});
