import { createCategoryCollector } from './category-collector.ts';
import type { FeedRowsStore, NewProduct } from './feed-rows-store.ts';
import type { FeedTarget, FeedWriter } from './feed-target.ts';
import { mapProduct } from './product-mapping.ts';
import { FEED_FORMATS, type FeedProblem } from './raw-item.ts';

const CATEGORY_BATCH = 2_000;
const REPEATED = 'its id came before; the later one counts';

/** Products and categories of a feed. */
export function catalogueTarget(rows: FeedRowsStore): FeedTarget {
  return {
    kind: 'catalogue',
    formats: FEED_FORMATS,
    list: 'first',
    begin: (importId, currency) => createCatalogueWriter(rows, importId, currency),
  };
}

function createCatalogueWriter(store: FeedRowsStore, importId: string, currency: string | undefined): FeedWriter {
  const categories = createCategoryCollector();
  let waiting = new Map<string, NewProduct & { line: number }>();
  let repeated: FeedProblem[] = [];
  let ordinal = 0;

  return {
    take(item) {
      const mapped = mapProduct(item, currency);
      if ('reason' in mapped) return { used: false, problems: [{ line: item.line, ...mapped }] };
      const { categoryPath, ...product } = mapped.product;
      const problems = mapped.notes.map((reason) => ({ line: item.line, id: product.id, reason }));
      const categoryId = categories.add(categoryPath) ?? null;
      if (categoryId === null && categoryPath.length > 0) {
        problems.push({ line: item.line, id: product.id, reason: 'there are too many categories; it is in none' });
      }
      ordinal += 1;
      if (waiting.has(product.id)) repeated.push({ line: item.line, id: product.id, reason: REPEATED });
      waiting.set(product.id, { ...product, categoryId, ordinal, line: item.line });
      return { used: true, problems };
    },
    waiting: () => waiting.size,
    async write() {
      const batch = [...waiting.values()];
      const problems = repeated;
      waiting = new Map();
      repeated = [];
      if (batch.length === 0) return problems;
      const again = new Set(await store.putProducts(importId, batch));
      for (const { id, line } of batch.filter((row) => again.has(row.ordinal))) {
        problems.push({ line, id, reason: REPEATED });
      }
      return problems;
    },
    async finish() {
      const all = categories.rows();
      for (let at = 0; at < all.length; at += CATEGORY_BATCH) {
        await store.putCategories(importId, all.slice(at, at + CATEGORY_BATCH));
      }
    },
  };
}
