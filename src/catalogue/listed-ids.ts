import type { CatalogueReadStore } from './catalogue-read-store.ts';
import type { ListedIds } from './catalogue-rows.ts';

/** One query over all products would hold the embedded database, and so this process, for seconds. */
const ROWS_AT_ONCE = 2_000;

/** How many products each category of an import holds itself, with their ids where these are `most` at most. */
export async function readListedIds(store: CatalogueReadStore, importId: string, most: number): Promise<ListedIds[]> {
  const byCategory = new Map<string, ListedIds>();
  const end = await store.endOrdinal(importId);
  for (let from = 0; from < end; from += ROWS_AT_ONCE) {
    for (const { id, categoryId } of await store.placements(importId, from, from + ROWS_AT_ONCE)) {
      let listed = byCategory.get(categoryId);
      if (!listed) byCategory.set(categoryId, (listed = { categoryId, count: 0, ids: [] }));
      listed.count += 1;
      if (listed.count <= most) listed.ids.push(id);
    }
  }
  for (const listed of byCategory.values()) if (listed.count > most) listed.ids = [];
  return [...byCategory.values()];
}
