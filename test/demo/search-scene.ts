import type { Checks } from './checks.ts';
import { WEBSITE } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { expectedProducts, productsUnder, zlotyText } from './expected-products.ts';
import { detail, heading, milliseconds, say } from './narrator.ts';
import type { SampleProduct } from './sample-shop.ts';

interface SeenProduct {
  id: string;
  title: string;
  description: string;
  reference: string;
  available?: boolean;
  priceCatalog: string;
  pricePromotion: string | null;
}

interface SeenCategory {
  id: string;
  label: string;
  productsCount: number;
}

const PRODUCTS = '/iadvize/products';
const CATEGORIES = '/iadvize/categories';
const tenant = { idWebsite: `ha-${WEBSITE}` };
/** The most that one page holds, so that a page can be judged whole. */
const PAGE = 100;

/** An agent with a waiting customer looks for products. */
export async function playSearch(world: DemoWorld, checks: Checks): Promise<void> {
  heading('First act: an agent looks for products');
  const { products } = world.feed;
  const wanted = products[Math.floor(products.length / 2)] ?? products[0];
  if (!wanted) throw new Error('the sample shop is empty');
  await search(world, checks, 'turnia plec', 'turnia plecak', 'the first search of all; the last word is half typed');
  await search(world, checks, 'zolta kurtka puchowa', 'żółta kurtka puchowa', 'without accents');
  await search(world, checks, 'świt namoit', 'świt namiot', 'two letters swapped');
  const bare = wanted.reference.replace('-', '').toLowerCase();
  const found = await search(world, checks, bare, wanted.reference, 'an article number, carelessly written');
  checks.check(found[0]?.id === wanted.id, 'the article of that number stands first');
  checkPrices(world, checks, await walk(world, {}));
  await browse(world, checks);
}

async function search(
  { plugin, feed }: DemoWorld,
  { check }: Checks,
  typed: string,
  meant: string,
  how: string,
): Promise<SeenProduct[]> {
  const query = { ...tenant, searchQuery: typed, limit: String(PAGE) };
  const { body, ms } = await plugin.get<SeenProduct[]>(PRODUCTS, query);
  say('agent', `types "${typed}" (${how}): ${countOf(body)} in ${milliseconds(ms)}`);
  for (const product of body.slice(0, 2)) detail(`│ ${lineOf(product)}`);
  const expected = expectedProducts(feed.products, meant);
  check(
    sameIds(body, expected),
    `exactly what "${meant}" means, by a look at every product of the feed (${expected.length})`,
  );
  return body;
}

async function browse(world: DemoWorld, { check }: Checks): Promise<void> {
  const { plugin, feed } = world;
  const roots = await plugin.get<SeenCategory[]>(CATEGORIES, tenant);
  say('agent', `opens the categories, in ${milliseconds(roots.ms)}: ${listOf(roots.body)}`);
  const countsFit = roots.body.every(({ label, productsCount }) => {
    return productsUnder(feed.products, label).length === productsCount;
  });
  const total = roots.body.reduce((sum, { productsCount }) => sum + productsCount, 0);
  check(countsFit && total === feed.products.length, 'their counts are those of the feed, all levels below included');

  const [root] = roots.body;
  if (!root) return;
  const below = await plugin.get<SeenCategory[]>(CATEGORIES, { ...tenant, idParent: root.id });
  say('agent', `opens ${root.label}, in ${milliseconds(below.ms)}: ${listOf(below.body)}`);
  const startedAt = performance.now();
  const inRoot = await walk(world, { idCategory: root.id });
  const pages = Math.ceil(inRoot.length / PAGE);
  say('agent', `pages through ${root.label}: ${pages} pages in ${milliseconds(performance.now() - startedAt)}`);
  check(sameIds(inRoot, productsUnder(feed.products, root.label)), 'every product of it comes once, none is missing');
}

/** Every page there is. */
async function walk({ plugin }: DemoWorld, query: Record<string, string>): Promise<SeenProduct[]> {
  const seen: SeenProduct[] = [];
  for (;;) {
    const page = { ...tenant, ...query, limit: String(PAGE), offset: String(seen.length) };
    const { body } = await plugin.get<SeenProduct[]>(PRODUCTS, page);
    seen.push(...body);
    if (body.length < PAGE) return seen;
  }
}

function checkPrices({ feed }: DemoWorld, { check }: Checks, seen: readonly SeenProduct[]): void {
  const shown = new Map(seen.map((product) => [product.id, product]));
  const isRight = ({ id, price, sale, available }: SampleProduct): boolean => {
    const product = shown.get(id);
    const promotion = sale?.holds === true ? zlotyText(sale.price) : null;
    const isPriced = product?.priceCatalog === zlotyText(price) && product.pricePromotion === promotion;
    return isPriced && product.available === available;
  };
  const [first] = feed.products.filter(({ sale }) => sale?.holds === true);
  const example = first && shown.get(first.id);
  say('agent', `sees prices as the shop’s customers do${example ? `: ${pricesOf(example)}` : ''}`);
  check(feed.products.every(isRight), `all ${seen.length} prices are right, and only sales of today are shown`);
  const isPlain = seen.every(({ description }) => !/[<>]|&\w+;/.test(description));
  check(isPlain, 'descriptions are plain text, as the feed’s HTML reads');
}

const countOf = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? 'product' : 'products'}`;

const pricesOf = ({ priceCatalog, pricePromotion }: SeenProduct): string =>
  pricePromotion === null ? priceCatalog : `${pricePromotion} instead of ${priceCatalog}`;

const lineOf = (product: SeenProduct): string =>
  `${product.title} · ${product.reference} · ${pricesOf(product)}${product.available === false ? ' · not available' : ''}`;

const listOf = (categories: readonly SeenCategory[]): string =>
  categories.map(({ label, productsCount }) => `${label} (${productsCount})`).join(', ');

function sameIds(seen: readonly { id: string }[], expected: readonly { id: string }[]): boolean {
  const ids = new Set(seen.map(({ id }) => id));
  return seen.length === expected.length && ids.size === seen.length && expected.every(({ id }) => ids.has(id));
}
