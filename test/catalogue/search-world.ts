import type { CategoryRow, ProductRow } from '../../src/catalogue/catalogue-rows.ts';
import { arrangeCategories } from '../../src/catalogue/category-answers.ts';
import { buildIndex } from '../../src/catalogue/index-builder.ts';
import type { CatalogueReadStore } from '../../src/catalogue/catalogue-read-store.ts';
import type { SearchIndex } from '../../src/catalogue/search-index.ts';

/** The store of one import that lives in arrays. */
export function storeOf(products: readonly ProductRow[]): CatalogueReadStore {
  const rest = { sites: [], liveImports: [], productPage: [], categories: [], placements: [] };
  const empty = Object.fromEntries(Object.keys(rest).map((name) => [name, async () => []]));
  return {
    ...(empty as unknown as CatalogueReadStore),
    products: async (_importId, from, to) => products.filter(({ ordinal }) => ordinal >= from && ordinal < to),
    endOrdinal: async () => (products.at(-1)?.ordinal ?? -1) + 1,
    hasProducts: async () => products.length > 0,
  };
}

export function indexOf(
  products: readonly ProductRow[],
  categories: readonly CategoryRow[] = [],
): Promise<SearchIndex> {
  return buildIndex(storeOf(products), '1', arrangeCategories(categories, []), Infinity);
}

/** Ids of a page. */
export function idsOf(
  index: SearchIndex,
  query: { search?: string; categoryId?: string },
  offset = 0,
  limit = 100,
): string[] {
  const answer = index.columns.answer(index.page(query, offset, limit), { locale: 'en', currency: 'EUR' }, 0);
  return (JSON.parse(answer.toString()) as { id: string }[]).map(({ id }) => id);
}
