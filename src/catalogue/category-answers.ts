import type { CategoryRow, ListedIds } from './catalogue-rows.ts';
import type { CategoryAnswer } from './catalogue-schemas.ts';
import { foldText, splitWords } from './text-folding.ts';

/** A category with more products of its own than this does not list them: the agent pages through them instead. */
export const MOST_LISTED = 100;

export interface CategoryNode {
  id: string;
  /** Place in a walk parents first; a category and its descendants stand from here to before `end`. */
  place: number;
  end: number;
  /** Folded words of its label and of the labels above it. */
  words: readonly string[];
}

/** The categories of one import, as they are answered and searched. */
export interface CategoryAnswers {
  /** Children of a category; the roots when undefined. Empty for a category that does not exist. */
  children(parentId: string | undefined): readonly CategoryAnswer[];
  node(id: string): CategoryNode | undefined;
  /** The category and all below it; empty for one that does not exist. */
  withDescendants(id: string): string[];
  /** Categories whose label, or a label above it, has a word for which this holds. */
  labelled(matches: (word: string) => boolean): string[];
  bytes: number;
}

/** What a category costs in memory beyond its texts: objects, map entries, arrays. */
const BYTES_PER_CATEGORY = 600;
const BYTES_PER_LISTED = 40;

/** A parent that does not exist makes a root; siblings keep the order of `rows`. */
export function arrangeCategories(rows: readonly CategoryRow[], listed: readonly ListedIds[]): CategoryAnswers {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const own = new Map(listed.map((one) => [one.categoryId, one]));
  const rowsBelow = new Map<string | undefined, CategoryRow[]>();
  for (const row of rows) append(rowsBelow, parentOf(row, byId), row);

  const nodes = new Map<string, CategoryNode>();
  const order: string[] = [];
  const answers = new Map<string | undefined, CategoryAnswer[]>();
  function place(row: CategoryRow, wordsAbove: readonly string[]): number {
    const words = [...new Set([...wordsAbove, ...splitWords(foldText(row.label))])];
    const start = order.push(row.id) - 1;
    const below = (rowsBelow.get(row.id) ?? []).reduce((sum, child) => sum + place(child, words), 0);
    nodes.set(row.id, { id: row.id, place: start, end: order.length, words });
    const { count = 0, ids = [] } = own.get(row.id) ?? {};
    const parent = parentOf(row, byId);
    const products = ids.length > 0 ? ids : null;
    const answer = { id: row.id, idParent: parent ?? null, label: row.label, products, productsCount: count + below };
    append(answers, parent, answer);
    return count + below;
  }
  for (const root of rowsBelow.get(undefined) ?? []) place(root, []);

  const texts = rows.reduce((sum, row) => sum + 2 * (row.id.length + row.label.length), 0);
  const listedIds = listed.reduce((sum, one) => sum + one.ids.length, 0);
  return {
    children: (parentId) => answers.get(parentId) ?? [],
    node: (id) => nodes.get(id),
    withDescendants(id) {
      const node = nodes.get(id);
      return node ? order.slice(node.place, node.end) : [];
    },
    labelled: (matches) => order.filter((id) => nodes.get(id)?.words.some(matches)),
    bytes: texts + rows.length * BYTES_PER_CATEGORY + listedIds * BYTES_PER_LISTED,
  };
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function parentOf(row: CategoryRow, byId: ReadonlyMap<string, CategoryRow>): string | undefined {
  const { parentId } = row;
  return parentId !== null && parentId !== row.id && byId.has(parentId) ? parentId : undefined;
}
