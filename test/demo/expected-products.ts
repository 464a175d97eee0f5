import type { SampleProduct } from './sample-shop.ts';

/** What agents type instead of letters that no decomposition takes apart. */
const PLAIN: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', œ: 'oe', ß: 'ss' };

function wordsOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[łøœß]/g, (letter) => PLAIN[letter] ?? letter);
  return plain.match(/[a-z0-9]+/g) ?? [];
}

/** Looks at every product, one by one: what a search must find, by the simplest means there are. */
export function expectedProducts(products: readonly SampleProduct[], search: string): SampleProduct[] {
  const words = wordsOf(search);
  return products.filter(({ title, brand, reference, category, description }) => {
    const own = wordsOf([title, brand, reference, ...category, description].join(' '));
    return words.every((word, index) =>
      own.some((one) => (index === words.length - 1 ? one.startsWith(word) : one === word)),
    );
  });
}

/** The products of a category and of all below it, by the labels that lead there. */
export function productsUnder(products: readonly SampleProduct[], ...path: string[]): SampleProduct[] {
  return products.filter(({ category }) => path.every((label, depth) => category[depth] === label));
}

const zloty = new Intl.NumberFormat('pl-PL', { style: 'currency', currency: 'PLN' });

/** A price as a Polish shop writes it, with plain spaces. */
export const zlotyText = (amount: number): string => zloty.format(amount).replace(/[\u00a0\u202f]/g, ' ');
