import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCatalogueQuery } from '../../src/catalogue/catalogue-query.ts';
import { createWalkPins } from '../../src/catalogue/walk-pins.ts';
import { productRow } from '../support/live-catalogue.ts';
import { idsOf, indexOf } from './search-world.ts';

const WORDS = ['rot', 'rote', 'blau', 'stuhl', 'stühle', 'tisch', 'Łampe'];
const categories = ['1', '2', '3'].map((id) => ({ id, parentId: id === '3' ? '2' : null, label: `Gruppe ${id}` }));

test('Walking all pages, with any limit, meets each product exactly once and in the same order', async () => {
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }).map((all) => all.join(' '));
  const product = fc.record({ title: words, description: words, categoryId: fc.constantFrom('1', '2', '3', null) });
  const query = fc.record(
    {
      search: fc.constantFrom('rot', 'st', 'rot stuhl', 'lampe', 'tihsc', 'e'),
      categoryId: fc.constantFrom('1', '2', '3'),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(product, { maxLength: 60 }),
      query,
      fc.integer({ min: 1, max: 70 }),
      async (made, asked, limit) => {
        const products = made.map((one, number) => productRow(number * 3, one));
        const index = await indexOf(products, categories);
        const whole = idsOf(index, asked, 0, 1000);
        const walked: string[] = [];
        for (let offset = 0; ; offset += limit) {
          const page = idsOf(index, asked, offset, limit);
          walked.push(...page);
          if (page.length < limit) break;
        }
        expect(walked).toEqual(whole);
        expect(new Set(walked).size).toBe(walked.length);
        expect(idsOf(index, asked, whole.length + limit, limit)).toEqual([]);
        const again = idsOf(await indexOf(products, categories), asked, 0, 1000);
        expect(again).toEqual(whole);
        if (Object.keys(asked).length === 0) expect(whole).toEqual(products.map(({ id }) => id));
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ['0', '', 20, 0],
  ['-5', '-1', 20, 0],
  ['ten', 'NaN', 20, 0],
  ['1e2', '0x10', 20, 0],
  ['3.7', '1.5', 20, 0],
  ['100', '7', 100, 7],
  ['101', '007', 100, 7],
  ['9'.repeat(400), '9'.repeat(400), 100, Number.MAX_SAFE_INTEGER],
  [undefined, undefined, 20, 0],
  [['5', '6'], ['2'], 5, 2],
])('limit %p and offset %p are read as %p and %p', (limit, offset, readLimit, readOffset) => {
  expect(readCatalogueQuery({ limit, offset })).toMatchObject({ limit: readLimit, offset: readOffset });
});

test('A walk stays on its import for five minutes after a page, nine in all', () => {
  let now = 0;
  const pins = createWalkPins(() => now);
  pins.start('walk', '1');
  now = 4 * 60_000;
  expect(pins.find('walk')).toBe('1');
  now = 8 * 60_000;
  expect(pins.find('walk')).toBe('1');
  expect(pins.isPinned('1')).toBe(true);
  now = 9 * 60_000;
  expect(pins.find('walk')).toBeUndefined();
  expect(pins.find('another')).toBeUndefined();
  now = 14 * 60_000;
  expect(pins.isPinned('1')).toBe(false);
});
