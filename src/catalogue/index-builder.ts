import type { CatalogueReadStore } from './catalogue-read-store.ts';
import type { ProductRow } from './catalogue-rows.ts';
import type { CategoryAnswers } from './category-answers.ts';
import { ProductColumns } from './product-columns.ts';
import { hashText, SearchIndex } from './search-index.ts';
import { createSlices } from './sliced-work.ts';
import { squashReference } from './text-folding.ts';
import { sortNumbers } from './sort-numbers.ts';
import { FIELD, PostingsBuilder } from './word-postings.ts';

/** Rows per query: what the driver takes apart at once must not hold the event loop up. */
const ROWS_AT_ONCE = 500;
/** Queries on their way at once. */
const AHEAD = 3;

/** An index that would not fit. */
export class IndexTooLarge extends Error {}

/**
 * Reads one import and builds its index, in slices. Throws `IndexTooLarge` as soon as it is clear that it would take
 * more than `mostBytes`. `hold` is told now and then what it takes by now, and may throw to end it.
 */
export async function buildIndex(
  store: CatalogueReadStore,
  importId: string,
  categories: CategoryAnswers,
  mostBytes: number,
  hold: (bytes: number) => void = () => undefined,
): Promise<SearchIndex> {
  const pause = createSlices();
  const columns = new ProductColumns();
  const postings = new PostingsBuilder();
  const categoryPlaces: number[] = [];
  const referenceHashes: number[] = [];
  const categoryWords = new Map<string, number[]>();

  const wordsOfCategory = (id: string): number[] => {
    let numbers = categoryWords.get(id);
    if (numbers === undefined) {
      numbers = postings.numbers((categories.node(id)?.words ?? []).join(' '));
      categoryWords.set(id, numbers);
    }
    return numbers;
  };
  const add = (row: ProductRow): void => {
    const product = columns.count;
    columns.add(row);
    const reference = squashReference(row.reference);
    postings.addText(product, row.title, FIELD.title);
    if (row.brand !== null) postings.addText(product, row.brand, FIELD.brandOrReference);
    postings.addText(product, row.reference, FIELD.brandOrReference);
    postings.addText(product, reference, FIELD.brandOrReference);
    const node = row.categoryId === null ? undefined : categories.node(row.categoryId);
    if (node) for (const word of wordsOfCategory(node.id)) postings.add(product, word, FIELD.category);
    postings.addText(product, row.description, FIELD.description);
    categoryPlaces.push(node ? node.place + 1 : 0);
    referenceHashes.push(hashText(reference));
  };

  const end = await store.endOrdinal(importId);
  const fetch = (from: number): Promise<ProductRow[]> => store.products(importId, from, from + ROWS_AT_ONCE);
  // The next rows are on their way while these are worked on.
  const coming: Promise<ProductRow[]>[] = [];
  const ask = (from: number): void => {
    if (from >= end) return;
    const rows = fetch(from);
    // Whoever leaves the loop early leaves these behind.
    rows.catch(() => undefined);
    coming.push(rows);
  };
  for (let ahead = 0; ahead < AHEAD; ahead += 1) ask(ahead * ROWS_AT_ONCE);
  for (let from = 0; from < end; from += ROWS_AT_ONCE) {
    const rows = (await coming.shift()) ?? [];
    ask(from + AHEAD * ROWS_AT_ONCE);
    for (const row of rows) {
      add(row);
      await pause();
    }
    if (columns.bytes + postings.bytes > mostBytes) throw new IndexTooLarge();
    hold(columns.bytes + postings.heldBytes);
  }
  columns.finish();
  hold(columns.bytes + postings.finishingBytes);
  const hashes = Uint32Array.from(referenceHashes);
  const index = new SearchIndex({
    categories,
    columns,
    postings: await postings.finish(),
    categoryPlaces: Uint32Array.from(categoryPlaces),
    referenceHashes: hashes,
    sortedHashes: await sortNumbers(hashes),
  });
  if (index.bytes > mostBytes) throw new IndexTooLarge();
  return index;
}
