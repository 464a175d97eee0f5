import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildIndex, IndexTooLarge } from '../../src/catalogue/index-builder.ts';
import { arrangeCategories } from '../../src/catalogue/category-answers.ts';
import type { SearchIndex } from '../../src/catalogue/search-index.ts';
import { productRow } from '../support/live-catalogue.ts';
import { idsOf, indexOf, storeOf } from './search-world.ts';

const categories = [
  { id: '1', parentId: null, label: 'Wohnen' },
  { id: '2', parentId: '1', label: 'Żyrandole' },
  { id: '3', parentId: null, label: 'Küche' },
];
const products = [
  productRow(0, { id: 'described', title: 'Lampe', description: 'passt zum Canapé', reference: 'L-1' }),
  productRow(1, { id: 'titled', title: 'Canapé d’angle', brand: 'Œuvre', reference: 'AB-12/3' }),
  productRow(4, { id: 'branded', title: 'Table', brand: 'Łódź Möbel', reference: 'T-9', categoryId: '2' }),
  productRow(5, { id: 'street', title: 'Straßenschuh', reference: 'S-1', categoryId: '3' }),
  productRow(6, { id: 'second', title: 'Canapé convertible rouge', reference: 'C-2', description: 'comme AB-12/3' }),
  productRow(7, { id: 'plural', title: 'Canapés', reference: '0001' }),
];
let index: SearchIndex;
beforeAll(async () => {
  index = await indexOf(products, categories);
});
const search = (text: string, categoryId?: string) =>
  idsOf(index, { search: text, ...(categoryId !== undefined && { categoryId }) });

describe('A search', () => {
  test('finds in the title before the description, in feed order, whole words before longer ones', () => {
    expect(search('canape')).toEqual(['titled', 'second', 'plural', 'described']);
  });
  test.each([
    ['CANAPÉ ROUGE', ['second']],
    ['rouge canapé', ['second']],
    ['strasse', ['street']],
    ['STRAßENSCHUH', ['street']],
    ['oeuvre', ['titled']],
    ['lodz', ['branded']],
    ['mobel łódź', ['branded']],
    ['zyrandol', ['branded']],
    ['wohnen table', ['branded']],
  ])('folds accents and case: %s', (text, ids) => {
    expect(search(text)).toEqual(ids);
  });
  test('wants every word, in whichever field', () => {
    expect(search('table lodz wohnen')).toEqual(['branded']);
    expect(search('table rouge')).toEqual([]);
  });
  test('takes only the last word for a beginning', () => {
    expect(search('rouge cana')).toEqual(['second']);
    expect(search('cana rouge')).toEqual([]);
  });
  test.each(['AB-12/3', 'ab123', 'AB 12 3', 'ab12 3'])('puts the exact reference first: %s', (text) => {
    expect(search(text)[0]).toBe('titled');
  });
  test('keeps the zeros of a reference', () => {
    expect(search('0001')).toEqual(['plural']);
  });
  test.each([
    ['canpaé', 'swapped'],
    ['cnape', 'missing'],
    ['cannape', 'too many'],
    ['canaqe', 'wrong'],
    ['xanape', 'wrong at the start'],
    ['convertble', 'missing in a long one'],
    ['convretib', 'swapped in a beginning'],
    ['ruoge canape', 'in a word before the last'],
  ])('forgives one mistyped letter: %s (%s)', (text) => {
    expect(search(text)).toContain('second');
  });
  test('forgives nothing while something matches as typed', () => {
    expect(search('table')).toEqual(['branded']);
    expect(search('xyzzy')).toEqual([]);
    expect(search('cxnxpe')).toEqual([]);
  });
  test('of signs alone finds nothing, of blanks alone is none', () => {
    expect(search('!?')).toEqual([]);
    expect(search('  ')).toHaveLength(products.length);
  });
  test('stays within a category and what is below it', () => {
    expect(search('table', '1')).toEqual(['branded']);
    expect(search('table', '3')).toEqual([]);
    expect(idsOf(index, { categoryId: '1' })).toEqual(['branded']);
    expect(idsOf(index, { categoryId: 'nowhere' })).toEqual([]);
  });
  test.each(['constructor', '__proto__', 'a'.repeat(5_000), 'x '.repeat(500), '\ud83d\ude00', '\ud800', '\u0000'])(
    'survives %j',
    (text) => {
      expect(search(text)).toEqual([]);
    },
  );
});

test('Frequent and rare words together find what has both', async () => {
  const many = Array.from({ length: 3000 }, (_, at) =>
    productRow(at, { title: at % 700 === 3 ? 'häufig selten' : 'häufig', description: at % 900 === 1 ? 'selten' : '' }),
  );
  const large = await indexOf(many);
  const expected = ['p3', 'p703', 'p1403', 'p2103', 'p2803', 'p1', 'p901', 'p1801', 'p2701'];
  expect(idsOf(large, { search: 'haufig selten' })).toEqual(expected);
  expect(idsOf(large, { search: 'selten haufig' })).toEqual(expected);
  expect(idsOf(large, { search: 'haufig' }, 2950)).toEqual(many.slice(2950).map(({ id }) => id));
});

test('An index over the limit is given up', async () => {
  await expect(buildIndex(storeOf(products), '1', arrangeCategories([], []), 100)).rejects.toThrow(IndexTooLarge);
});

test('An import without products has an index that finds nothing', async () => {
  const empty = await indexOf([]);
  expect(idsOf(empty, {})).toEqual([]);
  expect(idsOf(empty, { search: 'canape' })).toEqual([]);
});
