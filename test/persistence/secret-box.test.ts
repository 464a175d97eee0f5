import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EncryptionKey } from '../../src/persistence/encryption-keys.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';

const key = (id: string, fill: number): EncryptionKey => ({ id, bytes: Buffer.alloc(32, fill) });
const box = createSecretBox([key('k1', 1)]);

describe('What was sealed', () => {
  test('opens for its purpose, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, purpose) => {
        expect(box.open(box.seal(text, purpose), purpose)).toBe(text);
      }),
    );
  });

  test('opens when it was bytes, for its purpose and unaltered only', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, place) => {
        const sealed = box.sealBytes(bytes, 'file/1');
        expect(new Uint8Array(box.openBytes(sealed, 'file/1'))).toEqual(bytes);
        expect(() => box.openBytes(sealed, 'file/2')).toThrow();
        sealed[place % sealed.length]! ^= 1;
        expect(() => box.openBytes(sealed, 'file/1')).toThrow();
      }),
    );
  });

  test('is another text each time, and never holds what was sealed', () => {
    const sealed = Array.from({ length: 50 }, () => box.seal('canary-secret', 'place'));
    expect(new Set(sealed).size).toBe(50);
    for (const text of sealed) expect(text).not.toContain('canary');
  });

  test('names the key it was sealed with', () => {
    expect(box.seal('x', 'place')).toMatch(/^k1\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
  });

  test('does not open for another purpose', () => {
    const sealed = box.seal('x', 'installation/ha-1');
    for (const purpose of ['installation/ha-2', 'installation/ha-', '', 'chat/ha-1']) {
      expect(() => box.open(sealed, purpose)).toThrow();
    }
  });

  test('does not open once any character of it was altered', () => {
    const sealed = box.seal('a secret of some length', 'place');
    const bits = (text: string) =>
      text
        .split('.')
        .slice(1)
        .map((part) => Buffer.from(part, 'base64url').toString('hex'));
    for (let index = 'k1.'.length; index < sealed.length; index += 1) {
      const altered = `${sealed.slice(0, index)}${sealed[index] === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      // The last character of a part may carry bits that belong to no byte.
      if (bits(altered).join() === bits(sealed).join()) continue;
      expect(() => box.open(altered, 'place')).toThrow();
    }
  });

  test.each([0, 4, 8, 12])('does not open with a tag cut to %d bytes', (length) => {
    const [id, iv, tag = '', ciphertext] = box.seal('x', 'place').split('.');
    const cut = Buffer.from(tag, 'base64url').subarray(0, length).toString('base64url');
    expect(() => box.open([id, iv, cut, ciphertext].join('.'), 'place')).toThrow();
  });

  test.each(['', 'k1', 'k1.', 'k1..', 'k1...', 'nothing sealed', '.a.b.c'])('%j does not open', (text) => {
    expect(() => box.open(text, 'place')).toThrow();
  });
});

describe('With several keys', () => {
  test('the first one seals and all of them open', () => {
    const older = box.seal('x', 'place');
    const rotated = createSecretBox([key('k2', 2), key('k1', 1)]);
    expect(rotated.open(older, 'place')).toBe('x');
    expect(rotated.seal('x', 'place')).toMatch(/^k2\./);
  });

  test('a key that is gone from the list is named', () => {
    const next = createSecretBox([key('k2', 2)]);
    expect(() => next.open(box.seal('x', 'place'), 'place')).toThrow('ENCRYPTION_KEYS lacks the key "k1"');
  });

  test('another key under the same id does not open', () => {
    expect(() => createSecretBox([key('k1', 9)]).open(box.seal('x', 'place'), 'place')).toThrow();
  });

  test('there must be at least one', () => {
    expect(() => createSecretBox([])).toThrow('at least one key');
  });
});
