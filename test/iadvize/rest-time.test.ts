import { describe, expect, test } from '@jest/globals';
import { readRestTime, restWindow } from '../../src/iadvize/rest-time.ts';

const at = (text: string): Date => new Date(text);
const between = (earliest: string, latest: string) => ({ earliest: at(earliest), latest: at(latest) });
const exactly = (text: string) => between(text, text);

describe('A time without a zone', () => {
  test.each([
    ['2024-06-01 12:00:00', 'Europe/Paris', '2024-06-01T10:00:00Z', '2024-06-01T12:00:00Z'],
    ['2024-12-01 12:00:00', 'Europe/Paris', '2024-12-01T11:00:00Z', '2024-12-01T12:00:00Z'],
    ['2024-06-01 12:00:00', 'America/New_York', '2024-06-01T12:00:00Z', '2024-06-01T16:00:00Z'],
    // An hour after the clocks were put forward.
    ['2024-03-31 04:00:00', 'Europe/Paris', '2024-03-31T02:00:00Z', '2024-03-31T04:00:00Z'],
    ['2024-06-01 12:00:00', undefined, '2024-05-31T22:00:00Z', '2024-06-02T00:00:00Z'],
    ['2024-06-01 12:00:00', 'Not/A_Zone', '2024-05-31T22:00:00Z', '2024-06-02T00:00:00Z'],
    ['2024-06-01T12:00:00', 'UTC', '2024-06-01T12:00:00Z', '2024-06-01T12:00:00Z'],
  ])('%s of a website in %s', (text, zone, earliest, latest) => {
    expect(readRestTime(text, zone)).toEqual(between(earliest, latest));
  });

  test.each(['', 'soon', '0000-00-00 00:00:00', undefined])('%j is none', (text) => {
    expect(readRestTime(text, 'Europe/Paris')).toBeUndefined();
  });
});

describe('What is certain decides', () => {
  const first = at('2024-06-01T10:00:20Z');

  test.each([
    ['local time', '2024-06-01 12:00:00'],
    ['UTC', '2024-06-01 10:00:00'],
  ])('A start written in %s, by its first message', (_name, text) => {
    expect(readRestTime(text, 'Europe/Paris', { notAfter: first })).toEqual(exactly('2024-06-01T10:00:00Z'));
  });

  test('An end, by its last message', () => {
    expect(readRestTime('2024-06-01 12:05:00', 'Europe/Paris', { notBefore: first })).toEqual(
      exactly('2024-06-01T10:05:00Z'),
    );
  });

  test('When the text fits nothing, then the message is believed', () => {
    expect(readRestTime('2024-06-05 12:00:00', 'Europe/Paris', { notAfter: first })).toEqual(
      exactly('2024-06-01T10:00:20Z'),
    );
  });
});

test.each([
  ['Europe/Paris', '2024-06-01 10:00:00', '2024-06-01 13:00:00'],
  ['America/New_York', '2024-06-01 06:00:00', '2024-06-01 11:00:00'],
  [undefined, '2024-05-31 22:00:00', '2024-06-02 01:00:00'],
])('The window of a website in %s holds every spelling', (zone, from, to) => {
  expect(restWindow(at('2024-06-01T10:00:00Z'), at('2024-06-01T11:00:00Z'), zone)).toEqual({ from, to });
});
