import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldText, splitWords, squashReference } from '../../src/catalogue/text-folding.ts';
import { WordTable } from '../../src/catalogue/word-table.ts';

describe('Folding', () => {
  test.each([
    ['Canapé', 'canape'],
    ['ŁÓDŹ', 'lodz'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['Œuvre', 'oeuvre'],
    ['cæsar', 'caesar'],
    ['Smørrebrød', 'smorrebrod'],
    ['Đakovo', 'dakovo'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['Þór', 'thor'],
    ['ﬁne ½', 'fine 1⁄2'],
    ['e\u0301cran', 'ecran'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['Ｎｉｋｅ', 'nike'],
  ])('%s becomes %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test('is done once: folding what is folded changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
    );
  });
});

test('Words are runs of letters and digits', () => {
  expect(splitWords(foldText("L'écran 27” (AB-12/3), déjà vu!"))).toEqual([
    'l',
    'ecran',
    '27',
    'ab',
    '12',
    '3',
    'deja',
    'vu',
  ]);
  expect(splitWords(' – ')).toEqual([]);
});

test.each(['AB-12/3', 'ab 12 3', 'Ab123'])('%s is the reference ab123', (text) => {
  expect(squashReference(text)).toBe('ab123');
});

test('The table that an import reads words with finds the words that a query is split into', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 90 }), { maxLength: 20 }), (texts) => {
      const table = new WordTable();
      for (const text of texts) {
        const numbers: number[] = [];
        table.eachWord(text, (number) => numbers.push(number));
        const expected = new Set(splitWords(foldText(text)).map((word) => word.slice(0, 100)));
        const found = new Set(numbers.map((number) => table.word(number)));
        for (const word of expected) expect(found).toContain(word);
        for (const word of expected) expect(table.word(table.number(word))).toBe(word);
      }
      const words = Array.from({ length: table.size }, (_, number) => table.word(number));
      expect(new Set(words).size).toBe(words.length);
    }),
  );
});
