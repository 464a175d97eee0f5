import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeText, encodeText } from '../../src/destinations/xm/text-encoding.ts';

test.each([
  ['SGkgSm9obiwgaG93IGNhbiBJIGhlbHA/', 'Hi John, how can I help?'],
  ['Sure, one moment', 'Sure, one moment'],
  ['test', 'test'],
  ['Good', 'Good'],
  ['Help', 'Help'],
  ['stop', 'stop'],
  ['', ''],
  ['WmHFvMOzxYLEhw==', 'Zażółć'],
])('%s is read as %s', (raw, text) => {
  expect(decodeText(raw)).toBe(text);
});

test('Whatever people write survives the way there and back', () => {
  const readable = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(readable, (text) => {
      expect(decodeText(encodeText(text, 'base64'))).toBe(text);
    }),
  );
});
