import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitText } from '../../src/destinations/split-text.ts';

describe('splitting a long text', () => {
  test('The parts joined are the text, and none is longer than the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 20, max: 80 }), (text, limit) => {
        const parts = splitText(text, limit);
        expect(parts.join('')).toBe(text);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
        if (text !== '') expect(parts).not.toContain('');
      }),
    );
  });

  test('No part begins or ends inside a surrogate pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('👩‍👩‍👧‍👦', '🧥', 'a', 'ż'), maxLength: 60 }), (text) => {
        for (const part of splitText(text, 20)) expect(Buffer.from(part).toString()).toBe(part);
      }),
    );
  });

  test('A family emoji stays whole', () => {
    const family = '👩‍👩‍👧‍👦';
    const parts = splitText(family.repeat(10), 30);
    expect(parts.every((part) => part.split(family).join('') === '')).toBe(true);
  });

  test('It breaks at a line end, then at a space, rather than inside a word', () => {
    expect(splitText('first line here\nsecond words follow', 24)).toEqual(['first line here\n', 'second words follow']);
    expect(splitText('some words and then a longer one', 24)).toEqual(['some words and then a ', 'longer one']);
  });

  test('A text within the limit stays as it is, an empty one too', () => {
    expect(splitText('short', 20)).toEqual(['short']);
    expect(splitText('', 20)).toEqual(['']);
  });
});
