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
        const words = table.words();
        const expected = new Set(splitWords(foldText(text)).map((word) => word.slice(0, 100)));
        const found = new Set(numbers.map((number) => words[number]!));
        for (const word of expected) expect(found).toContain(word);
        for (const word of expected) expect(words[table.number(word)]).toBe(word);
      }
      expect(new Set(table.words()).size).toBe(table.words().length);
    }),
  );
});
