import { describe, expect, test } from '@jest/globals';
import { installationCandidates, parseWebsiteRef } from '../../src/installations/website-ref.ts';

describe('A website id is read', () => {
  test.each([
    [123, { number: '123' }],
    ['123', { number: '123' }],
    [0, { number: '0' }],
    ['ha-123', { platform: 'ha', number: '123' }],
    ['sd-123', { platform: 'sd', number: '123' }],
    ['HA-123', { platform: 'ha', number: '123' }],
    ['Sd-1', { platform: 'sd', number: '1' }],
    [' ha-123 ', { platform: 'ha', number: '123' }],
    ['ha-00123', { platform: 'ha', number: '123' }],
    ['000', { number: '0' }],
    ['999999999999999', { number: '999999999999999' }],
  ])('%j', (value, expected) => {
    expect(parseWebsiteRef(value)).toEqual(expected);
  });
});

describe('Anything else is no website id', () => {
  test.each([
    '',
    ' ',
    'ha-',
    '-1',
    'ha--1',
    'xx-1',
    'ha_1',
    'ha 1',
    'ha-1x',
    'x1',
    '1.5',
    '1e3',
    '0x1F',
    '１２３',
    'ha-1\nsd-2',
    'ha-1\u0000',
    '1234567890123456',
    -1,
    1.5,
    Number.NaN,
    Infinity,
  ])('%j', (value) => {
    expect(parseWebsiteRef(value)).toBeUndefined();
  });
});

describe('The installations that a website may mean', () => {
  test('with its platform: that one only', () => {
    expect(installationCandidates({ platform: 'sd', number: '1' }, 'ha')).toEqual(['sd-1']);
  });

  test.each([
    ['ha', ['ha-1', 'sd-1']],
    ['sd', ['sd-1', 'ha-1']],
  ] as const)('without: the default platform %s first', (defaultPlatform, expected) => {
    expect(installationCandidates({ number: '1' }, defaultPlatform)).toEqual(expected);
  });
});
