import { describe, expect, test } from '@jest/globals';
import { readAvailability } from '../../src/catalogue/availability-reading.ts';
import { categoryIdOf, createCategoryCollector } from '../../src/catalogue/category-collector.ts';
import { mapCustomer } from '../../src/catalogue/customer-mapping.ts';
import { cutAtWord, toPlainText } from '../../src/catalogue/plain-text.ts';
import { readPrice, readSaleDates } from '../../src/catalogue/price-reading.ts';
import { mapProduct } from '../../src/catalogue/product-mapping.ts';

const WHOLE = { id: '1', title: 'Lamp', link: 'https://shop.example/1', image_link: 'https://shop.example/1.jpg' };
const itemOf = (fields: Record<string, string>) => ({ line: 3, fields: new Map(Object.entries(fields)) });
const mapped = (changes: Record<string, string>) => {
  const result = mapProduct(itemOf({ ...WHOLE, ...changes }));
  if ('reason' in result) throw new Error(result.reason);
  return result;
};

describe('A product', () => {
  test('with everything', () => {
    const { product, notes } = mapped({
      title: 'Lamp &amp; <b>shade</b>',
      brand: 'Łódź',
      description: '<p>Bright.</p><p>Really&nbsp;bright.</p><script>alert(1)</script>',
      availability: 'in_stock',
      price: '1,299.90 EUR',
      sale_price: '999 EUR',
      sale_price_effective_date: '2026-01-01T00:00+0100/2026-01-31',
      mpn: 'M-1',
      gtin: '4006381333931',
      product_type: 'Home >  Light> Lamps',
    });
    expect(product).toEqual({
      id: '1',
      title: 'Lamp & shade',
      productUrl: 'https://shop.example/1',
      imageUrl: 'https://shop.example/1.jpg',
      brand: 'Łódź',
      description: 'Bright. Really bright.',
      shortDescription: 'Bright. Really bright.',
      reference: 'M-1',
      available: true,
      price: '1299.90',
      salePrice: '999',
      saleFrom: new Date('2025-12-31T23:00:00Z'),
      saleTo: new Date('2026-01-31T23:59:59.999Z'),
      currency: 'EUR',
      categoryPath: ['Home', 'Light', 'Lamps'],
    });
    expect(notes).toEqual([]);
  });

  test.each([
    [{ id: '' }, 'has no id'],
    [{ title: '<br>' }, 'has no title'],
    [{ link: '' }, 'has no link'],
    [{ link: 'javascript:alert(1)' }, 'its link is not an http(s) address'],
    [{ image_link: '' }, 'has no image_link'],
    [{ image_link: 'picture.jpg' }, 'its image_link is not an http(s) address'],
  ])('cannot be %j', (changes, reason) => {
    expect(mapProduct(itemOf({ ...WHOLE, ...changes }))).toMatchObject({ reason });
  });

  test('under names of other shops', () => {
    const fields = { SKU: '7', 'Product Name': 'Sofa', url: '//shop.example/7', imageUrl: 'http://shop.example/7.jpg' };
    expect(mapProduct(itemOf({ ...fields, EAN: '42', vendor: 'Acme', category: 'Living' }))).toMatchObject({
      product: { id: '7', title: 'Sofa', productUrl: 'https://shop.example/7', reference: '42', brand: 'Acme' },
    });
  });

  test('is referred to by mpn, else gtin, else id', () => {
    expect(mapped({ gtin: '42' }).product.reference).toBe('42');
    expect(mapped({}).product.reference).toBe('1');
  });

  test('without a usable sale: the sale price is left out and that is said', () => {
    const bad: Record<string, string>[] = [
      { sale_price: 'soon' },
      { sale_price: '5 USD' },
      { sale_price: '5', sale_price_effective_date: 'May' },
    ];
    for (const sale of bad) {
      const { product, notes } = mapped({ price: '9 EUR', ...sale });
      expect(product).toMatchObject({ price: '9', salePrice: null });
      expect(notes).toHaveLength(1);
    }
  });

  test('in a category of Google’s by number or by name, when the shop has none of its own', () => {
    expect(mapped({ google_product_category: '222' }).product.categoryPath).toEqual(['Electronics']);
    expect(mapped({ google_product_category: '4745' }).product.categoryPath).toEqual(['Google 4745']);
    expect(mapped({ google_product_category: 'A > B' }).product.categoryPath).toEqual(['A', 'B']);
    expect(mapped({ google_product_category: '222', product_type: '3' }).product.categoryPath).toEqual(['3']);
  });
});

describe('Texts', () => {
  test('are cut between words', () => {
    const { shortDescription } = mapped({ description: 'word '.repeat(100) }).product;
    expect(shortDescription).toMatch(/^(word )+word…$/);
    expect(shortDescription!.length).toBeLessThanOrEqual(150);
    expect(cutAtWord('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(cutAtWord('ten chars!', 10)).toBe('ten chars!');
  });

  test('hold nothing a database cannot carry', () => {
    expect(toPlainText('a\u0000b\ud800c\ufffe &lt;d 5 < 6')).toBe('a bc <d 5 < 6');
  });
});

test.each([
  ['12.90 EUR', '12.90', 'EUR'],
  ['EUR 12,9', '12.90', 'EUR'],
  ['1.299,00 €', '1299.00', 'EUR'],
  ['1,299.00', '1299.00', undefined],
  ['1 299,50 zł', '1299.50', 'PLN'],
  ['1,299', '1299', undefined],
  ['1.234.567', '1234567', undefined],
  ['0.500 KWD', '0.500', 'KWD'],
  ['12.500 KWD', '12.500', 'KWD'],
  ['BHD 1.250', '1.250', 'BHD'],
  ['1,250 KWD', '1250', 'KWD'],
  ['1,250.500 KWD', '1250.500', 'KWD'],
  ['12,500 TND', '12.500', 'TND'],
  ['25,000 IQD', '25000', 'IQD'],
  ['1.299 EUR', '1299', 'EUR'],
  ['1,500 JPY', '1500', 'JPY'],
  ['1500.00 JPY', '1500.00', 'JPY'],
  ['$5', '5', undefined],
  ['now 5 usd', '5', 'USD'],
  ['5 € per set', '5', 'EUR'],
  ['from 5 usd', '5', 'USD'],
])('price %j', (text, amount, currency) => {
  expect(readPrice(text)).toEqual({ amount, currency });
});

test.each(['', 'EUR', 'free', '-5 EUR'])('no price %j', (text) => {
  expect(readPrice(text)).toBeUndefined();
});

test.each(['2026-01-01', '2026-13-01/2026-14-01', '2026-02-01/2026-01-01', '/', 'a/b', '2026-01-01/2026-01-02/'])(
  'no sale dates %j',
  (text) => {
    expect(readSaleDates(text)).toBeUndefined();
  },
);

const schemaOrg = (words: string[]) => words.map((word) => `https://schema.org/${word}`);
const IN_STOCK = ['in stock', 'in_stock', 'In Stock', 'preorder', 'backorder', '1', '12', 'true', 'yes'];
const SOLD_OUT = ['out of stock', 'out_of_stock', 'sold out', '0', 'false', ...schemaOrg(['OutOfStock'])];
const AVAILABILITIES: { text: string; available: boolean | null }[] = [
  ...[...IN_STOCK, ...schemaOrg(['InStock', 'PreOrder'])].map((text) => ({ text, available: true })),
  ...SOLD_OUT.map((text) => ({ text, available: false })),
  { text: 'who knows', available: null },
];

test.each(AVAILABILITIES)('availability $text is $available', ({ text, available }) => {
  expect(readAvailability(text)).toBe(available);
});

describe('Category ids', () => {
  test('do not depend on case, on the order of the feed or on the other categories', () => {
    const [one, other] = [createCategoryCollector(), createCategoryCollector()];
    one.add(['Home', 'Kitchen']);
    other.add(['Garden']);
    expect(other.add(['HOME', 'kitchen'])).toBe(one.add(['Home', 'Kitchen']));
    expect(one.add(['Home', 'Kitchen'])).toBe(categoryIdOf(['Home', 'Kitchen']));
    expect(categoryIdOf(['Home', 'Kitchen'])).not.toBe(categoryIdOf(['Home > Kitchen']));
    // Written down: a release that changes it changes every category id of every client.
    expect(categoryIdOf(['Home', 'Kitchen'])).toMatchInlineSnapshot(`"211726761645129"`);
  });

  test('parents come with their children, siblings in order of their labels', () => {
    const tree = createCategoryCollector();
    tree.add(['B', 'x10']);
    tree.add(['B', 'x9']);
    tree.add(['A']);
    const root = categoryIdOf(['B']);
    const rows = tree.rows().map(({ label, parentId, ordinal }) => [label, parentId, ordinal]);
    expect(rows).toEqual([
      ['A', null, 0],
      ['B', null, 1],
      ['x9', root, 0],
      ['x10', root, 1],
    ]);
  });
});

describe('A customer', () => {
  test('has every other column as a field, under its own name and in order', () => {
    const fields = { Email: ' Ana@Example.ORG ', 'Loyalty level': 'Gold', external_id: 'C1', Points: '12' };
    expect(mapCustomer(itemOf(fields))).toEqual({
      customer: {
        email: 'ana@example.org',
        externalId: 'C1',
        fields: [
          { label: 'Loyalty level', value: 'Gold' },
          { label: 'Points', value: '12' },
        ],
      },
      notes: [],
    });
  });

  test('needs an email or an id', () => {
    expect(mapCustomer(itemOf({ name: 'Ana' }))).toMatchObject({ reason: 'has neither an email nor an external_id' });
    expect(mapCustomer(itemOf({ id: '7', email: 'ana' }))).toMatchObject({
      customer: { email: null, externalId: '7' },
      notes: ['its email is none and was left out'],
    });
  });
});
