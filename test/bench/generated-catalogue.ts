import type { CategoryRow, ProductRow } from '../../src/catalogue/catalogue-rows.ts';
import { productRow } from '../support/live-catalogue.ts';

const THINGS =
  `chaise table lampe canapé armoire étagère tapis rideau coussin miroir vase bougie horloge cadre plaid fauteuil
  bureau commode lit matelas oreiller couette drap serviette assiette verre couteau casserole poêle cafetière théière
  grille-pain bouilloire aspirateur ventilateur radiateur perceuse marteau tournevis échelle tondeuse arrosoir pot
  robe jupe pantalon chemise veste manteau écharpe gant bonnet chaussure botte sandale sac ceinture montre`
    .trim()
    .split(/\s+/);
const QUALITIES =
  `rouge bleu vert noir blanc gris doré argenté beige naturel chêne noyer métal verre lin coton laine velours
  cuir bambou rotin marbre céramique pliant réglable imperméable léger compact grand petit rond carré classique moderne`
    .trim()
    .split(/\s+/);
const SYLLABLES = 'ba be bo da do fa fi ga go ka ko la lo ma mi mo na no pa po ra ri sa so ta to va vi za zo'.split(
  ' ',
);
const BRANDS = 400;

/** Random numbers below 1 that are the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pick = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)]!;
const nameOf = (number: number): string =>
  [7, 11, 13].map((step) => SYLLABLES[Math.floor(number / step) % SYLLABLES.length]).join('') + String(number % 97);

export interface GeneratedCatalogue {
  products: ProductRow[];
  categories: CategoryRow[];
}

/** A shop of 2 levels of categories, titles of 5 words and descriptions of 40, some 3,000 distinct words and more. */
export function generateCatalogue(size: number, seed: number): GeneratedCatalogue {
  const random = seededRandom(seed);
  const categories = THINGS.flatMap((thing, index): CategoryRow[] => {
    const root = { id: String(index + 1), parentId: null, label: thing };
    const below = QUALITIES.slice(0, 8).map((quality, place) => {
      return { id: String(1000 + index * 10 + place), parentId: root.id, label: `${thing} ${quality}` };
    });
    return [root, ...below];
  });
  const products = Array.from({ length: size }, (_, ordinal) => {
    const words = (count: number): string =>
      Array.from({ length: count }, () =>
        random() < 0.5 ? pick(QUALITIES, random) : nameOf(Math.floor(random() * 4000)),
      ).join(' ');
    const thing = pick(THINGS, random);
    return productRow(ordinal, {
      title: `${thing} ${pick(QUALITIES, random)} ${words(3)}`,
      brand: `Maison ${nameOf(Math.floor(random() * BRANDS) * 31)}`,
      description: `${thing} ${words(40)}`,
      shortDescription: `${thing} ${words(8)}`,
      reference: `${nameOf(ordinal).slice(0, 3).toUpperCase()}-${100_000 + ordinal}`,
      price: `${Math.floor(random() * 900)}.${random() < 0.5 ? '90' : '00'}`,
      salePrice: random() < 0.1 ? '5.00' : null,
      currency: 'EUR',
      categoryId: pick(categories, random).id,
    });
  });
  return { products, categories };
}

/** A query nobody sent before, as an agent would type it: a thing, a quality, the start of a name. */
export function searchTerm(number: number): string {
  const random = seededRandom(number + 1);
  random();
  const name = nameOf(Math.floor(random() * 4000));
  return [pick(THINGS, random), name.slice(0, 3 + Math.floor(random() * 5)), pick(QUALITIES, random)]
    .slice(0, 1 + Math.floor(random() * 3))
    .join(' ');
}
