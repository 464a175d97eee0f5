import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { priceText } from '../../src/catalogue/price-text.ts';
import { productJson } from '../../src/catalogue/product-answers.ts';
import { productRow } from '../support/live-catalogue.ts';

describe('A price', () => {
  test.each([
    ['99.90', 'EUR', 'fr-FR', '99,90 €'],
    ['99.90', 'EUR', 'en-IE', '€99.90'],
    ['99.9', 'EUR', 'en', '€99.90'],
    ['99.90', 'PLN', 'pl-PL', '99,90 zł'],
    ['99.90', 'PLN', 'pl_PL', '99,90 zł'],
    ['1499.99', 'EUR', 'fr', '1 499,99 €'],
    ['1499.99', 'EUR', 'de-DE', '1.499,99 €'],
    ['1500', 'JPY', 'ja-JP', '￥1,500'],
    ['1500.00', 'JPY', 'fr-FR', '1 500 JPY'],
    ['1500.00', 'JPY', 'en-US', '¥1,500'],
    ['12.5', 'KWD', 'en-US', 'KWD 12.500'],
    ['12.500', 'KWD', 'fr-FR', '12,500 KWD'],
    ['0.005', 'EUR', 'fr-FR', '0,005 €'],
    ['0', 'EUR', 'fr-FR', '0,00 €'],
    ['99999999999999999.99', 'EUR', 'en', '€99,999,999,999,999,999.99'],
    ['99.90', undefined, 'fr-FR', '99,90'],
    ['99.90', 'nothing', 'fr-FR', '99,90'],
    ['99.90', 'EUR', 'not a locale!', '€99.90'],
    ['99.90', 'EUR', undefined, '€99.90'],
    ['on request', 'EUR', 'fr-FR', 'on request'],
  ])('%s %s in %s is %s', (amount, currency, locale, text) => {
    expect(priceText(amount, currency, locale)).toBe(text);
  });

  test('keeps every digit, in any locale and currency', () => {
    const amounts = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.stringMatching(/^\d{0,6}$/));
    const currencies = fc.constantFrom('EUR', 'PLN', 'JPY', 'USD', 'KWD', 'CHF', undefined);
    const locales = fc.constantFrom('fr-FR', 'en-IE', 'pl-PL', 'de-CH', 'es', 'it-IT', 'pt-BR', 'nl', 'sv-SE');
    fc.assert(
      fc.property(amounts, currencies, locales, ([whole, fraction], currency, locale) => {
        const amount = fraction === '' ? String(whole) : `${whole}.${fraction}`;
        const text = priceText(amount, currency, locale);
        const mark = new Intl.NumberFormat(locale, currency === undefined ? {} : { style: 'currency', currency })
          .formatToParts(1.5)
          .find((part) => part.type === 'decimal')?.value;
        const decimal =
          mark ?? new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === 'decimal')!.value;
        const digits = text.replace(/[^\d.,]/g, '');
        const [wholeBack = '', fractionBack = ''] = digits.split(decimal);
        expect(BigInt(wholeBack.replace(/\D/g, ''))).toBe(whole);
        expect(fractionBack.replace(/\D/g, '').replace(/0+$/, '')).toBe(fraction.replace(/0+$/, ''));
      }),
    );
  });
});

describe('The prices of a product', () => {
  const style = { locale: 'fr-FR', currency: 'PLN' };
  const now = Date.parse('2027-01-10T12:00:00Z');
  const pricesOf = (changes: Parameters<typeof productRow>[1]) => {
    const product = JSON.parse(productJson(productRow(0, changes), style, now)) as Record<string, string | null>;
    return [product['priceCatalog'], product['pricePromotion'], product['priceSpecial']];
  };

  test('are in the currency of the feed, else in that of the installation', () => {
    expect(pricesOf({ price: '10', currency: 'EUR' })).toEqual(['10,00 €', null, null]);
    expect(pricesOf({ price: '10' })).toEqual(['10,00 PLN', null, null]);
  });

  test('have a promotion only between its dates', () => {
    const sale = { price: '10', salePrice: '8', currency: 'EUR' };
    const day = 24 * 60 * 60_000;
    expect(pricesOf(sale)[1]).toBe('8,00 €');
    expect(pricesOf({ ...sale, saleFrom: now - day, saleTo: now + day })[1]).toBe('8,00 €');
    expect(pricesOf({ ...sale, saleFrom: now + 1 })[1]).toBeNull();
    expect(pricesOf({ ...sale, saleTo: now - 1 })[1]).toBeNull();
    expect(pricesOf({ ...sale, saleFrom: now, saleTo: now })[1]).toBe('8,00 €');
  });

  test('are an empty text where the feed has none', () => {
    expect(pricesOf({ price: null })).toEqual(['', null, null]);
  });
});
