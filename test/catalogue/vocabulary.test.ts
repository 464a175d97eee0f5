import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Vocabulary, type WordRange } from '../../src/catalogue/vocabulary.ts';

/** Few letters, so that many words are near each other. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'ł'), minLength: 1, maxLength: 6 });
const catalogue = fc.uniqueArray(word, { minLength: 1, maxLength: 40 }).map((words) => words.toSorted());

/** Whether one letter too many, missing or wrong, or two neighbours swapped, makes the one out of the other. */
function isOneMistakeAway(one: string, other: string): boolean {
  if (one === other) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const [rest, otherRest] = [one.slice(at), other.slice(at)];
  const swapped = rest.charAt(1) + rest.charAt(0) + rest.slice(2);
  return (
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    (rest !== '' && otherRest !== '' && rest.slice(1) === otherRest.slice(1)) ||
    (rest.length > 1 && swapped === otherRest)
  );
}

const among = (words: readonly string[], ranges: readonly WordRange[]): string[] =>
  [...new Set(ranges.flatMap(({ from, to }) => words.slice(from, to)))].sort();

test('A word is found where it stands, and with a beginning all that have it', async () => {
  await fc.assert(
    fc.asyncProperty(catalogue, word, async (words, asked) => {
      const vocabulary = await Vocabulary.of(words);
      expect(vocabulary.find(asked) ?? -1).toBe(words.indexOf(asked));
      const longer = words.filter((one) => one.startsWith(asked));
      expect(among(words, [vocabulary.startingWith(asked)])).toEqual(longer);
    }),
    { numRuns: 500 },
  );
});

test('All words one mistake away are found, and no others; as beginnings, all that start with such a one', async () => {
  await fc.assert(
    fc.asyncProperty(catalogue, word, async (words, asked) => {
      const vocabulary = await Vocabulary.of(words);
      const near = words.filter((one) => isOneMistakeAway(one, asked));
      expect(among(words, vocabulary.mistypedAs(asked, false))).toEqual(near);
      const starts = (one: string): string[] => [...one].map((_, index) => one.slice(0, index + 1));
      const nearStart = words.filter((one) => starts(one).some((start) => isOneMistakeAway(start, asked)));
      expect(among(words, vocabulary.mistypedAs(asked, true))).toEqual(nearStart);
    }),
    { numRuns: 1_000 },
  );
});
