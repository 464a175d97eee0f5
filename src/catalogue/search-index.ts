import type { CategoryAnswers } from './category-answers.ts';
import { FrequentWords } from './frequent-words.ts';
import { matchEvery, type Stretch } from './match-counter.ts';
import type { ProductColumns } from './product-columns.ts';
import { foldText, splitWords, squashReference } from './text-folding.ts';
import type { WordRange } from './vocabulary.ts';
import type { WordPostings } from './word-postings.ts';

/** What an agent asks for: both, one or neither. */
export interface ProductQuery {
  search?: string;
  categoryId?: string;
}

/** Everything of one import that is needed to answer, in memory. Products are numbers from 0 in feed order. */
export interface IndexParts {
  categories: CategoryAnswers;
  columns: ProductColumns;
  postings: WordPostings;
  /** Per product the place of its category (see `CategoryNode`), plus one; 0 = in none. */
  categoryPlaces: Uint32Array;
  /** Per product a hash of its squashed reference. */
  referenceHashes: Uint32Array;
  /** The same in ascending order. */
  sortedHashes: Uint32Array;
}

const PREFIX_PENALTY = 1;
const TYPO_PENALTY = 8;
/** A query's sum of scores stays below 256: 15 words of at most 15. */
const MOST_WORDS = 15;
const MOST_QUERY_UNITS = 300;
/** In a word of two letters every other word is one mistake away. */
const SHORTEST_MISTYPED = 3;
const SHORTEST_MISTYPED_PREFIX = 5;
/** Remembered results: product numbers over all queries, 2 MB. */
const MOST_REMEMBERED = 500_000;
const KEPT_SHARE = 0.9;

/** FNV-1a, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The words of a query, folded; undefined when nothing was asked for. */
export function queryWords(search: string | undefined): string[] | undefined {
  if (search === undefined || search.trim() === '') return undefined;
  // The last word stays last: it is the one still being typed.
  const words = splitWords(foldText(search.slice(0, MOST_QUERY_UNITS)));
  return [...new Set(words.toReversed())].toReversed().slice(0, MOST_WORDS);
}

/** One import, searchable. Nothing of it ever changes, so a walk through its pages has neither gap nor repeat. */
export class SearchIndex {
  readonly categories: CategoryAnswers;
  readonly columns: ProductColumns;
  readonly #parts: IndexParts;
  readonly #remembered = new Map<string, Uint32Array>();
  readonly #frequent: FrequentWords;
  #rememberedNumbers = 0;

  constructor(parts: IndexParts) {
    this.categories = parts.categories;
    this.columns = parts.columns;
    this.#parts = parts;
    this.#frequent = new FrequentWords(parts.postings.entries, parts.columns.count);
  }

  get parts(): IndexParts {
    return this.#parts;
  }

  /** What it takes in memory, with what is remembered of queries at its most. */
  get bytes(): number {
    const { categories, columns, postings, categoryPlaces, referenceHashes, sortedHashes } = this.#parts;
    const arrays = [postings.starts, postings.entries, categoryPlaces, referenceHashes, sortedHashes];
    const results = Math.min(MOST_REMEMBERED, 64 * columns.count) * 4;
    return (
      categories.bytes +
      columns.bytes +
      postings.vocabulary.bytes +
      this.#frequent.bytes +
      arrays.reduce((sum, one) => sum + one.byteLength, results)
    );
  }

  /** The numbers of one page's products, in the order that all pages of this query share. */
  page(query: ProductQuery, offset: number, limit: number): ArrayLike<number> {
    const words = queryWords(query.search);
    if (words === undefined && query.categoryId === undefined) {
      const length = Math.max(0, Math.min(limit, this.columns.count - offset));
      return Array.from({ length }, (_, index) => offset + index);
    }
    const key = `${query.categoryId ?? ''}\n${words?.join(' ') ?? ''}\n${words ? squashReference(query.search ?? '') : ''}`;
    let found = this.#remembered.get(key);
    if (found === undefined) {
      found = this.#find(words, query);
      this.#remember(key, found);
    }
    return found.subarray(offset, offset + limit);
  }

  #remember(key: string, found: Uint32Array): void {
    this.#remembered.set(key, found);
    // An empty result costs its key all the same.
    this.#rememberedNumbers += found.length + key.length;
    const most = Math.min(MOST_REMEMBERED, 64 * this.columns.count);
    if (this.#rememberedNumbers <= most) return;
    // Many at once: to begin with a Map's oldest entry means to step over all that were deleted.
    for (const [oldest, numbers] of this.#remembered) {
      if (this.#rememberedNumbers <= most * KEPT_SHARE) break;
      this.#remembered.delete(oldest);
      this.#rememberedNumbers -= numbers.length + oldest.length;
    }
  }

  #find(words: string[] | undefined, { search = '', categoryId }: ProductQuery): Uint32Array {
    const node = categoryId === undefined ? undefined : this.categories.node(categoryId);
    if (categoryId !== undefined && node === undefined) return new Uint32Array(0);
    const { categoryPlaces, postings } = this.#parts;
    const accept =
      node &&
      ((product: number): boolean => {
        const place = (categoryPlaces[product] ?? 0) - 1;
        return place >= node.place && place < node.end;
      });
    if (words === undefined) return Uint32Array.from(categoryPlaces.keys()).filter(accept ?? (() => true));
    if (words.length === 0) return new Uint32Array(0);

    const match = (stretches: Stretch[][]): Uint32Array =>
      matchEvery(postings.entries, stretches, this.columns.count, this.#frequent, accept);
    const exact = words.map((word, index) => this.#stretches(word, index === words.length - 1));
    const found = exact.every((stretches) => stretches.length > 0) ? match(exact) : new Uint32Array(0);
    const ranked = this.#exactReferenceFirst(found, squashReference(search), accept);
    if (ranked.length > 0) return ranked;

    // What matches nothing is what was mistyped; if each word matches something, any of them may be the wrong one.
    const someUnknown = exact.some((stretches) => stretches.length === 0);
    return match(
      exact.map((stretches, index) => {
        if (someUnknown && stretches.length > 0) return stretches;
        return [...stretches, ...this.#mistyped(words[index] ?? '', index === words.length - 1)];
      }),
    );
  }

  #stretches(word: string, isLast: boolean): Stretch[] {
    const { vocabulary } = this.#parts.postings;
    const at = vocabulary.find(word);
    const whole = at === undefined ? [] : [this.#stretch({ from: at, to: at + 1 }, 0)];
    if (!isLast) return whole;
    const { from, to } = vocabulary.startingWith(word);
    const longer = { from: at === undefined ? from : at + 1, to };
    return longer.from < longer.to ? [...whole, this.#stretch(longer, PREFIX_PENALTY)] : whole;
  }

  #mistyped(word: string, isLast: boolean): Stretch[] {
    if (word.length < SHORTEST_MISTYPED) return [];
    const { vocabulary } = this.#parts.postings;
    const whole = vocabulary.mistypedAs(word, false).map((range) => this.#stretch(range, TYPO_PENALTY));
    if (!isLast || word.length < SHORTEST_MISTYPED_PREFIX) return whole;
    const longer = vocabulary.mistypedAs(word, true);
    return [...whole, ...longer.map((range) => this.#stretch(range, TYPO_PENALTY + PREFIX_PENALTY))];
  }

  #stretch({ from, to }: WordRange, penalty: number): Stretch {
    const { starts } = this.#parts.postings;
    return { from: starts[from] ?? 0, to: starts[to] ?? 0, penalty, oneWord: to - from === 1 };
  }

  /** Products of exactly this reference stand first, also those that other rules would not have found. */
  #exactReferenceFirst(
    found: Uint32Array,
    reference: string,
    accept: ((product: number) => boolean) | undefined,
  ): Uint32Array {
    const { postings, referenceHashes } = this.#parts;
    const hash = hashText(reference);
    // Most queries are no reference; to learn that from a frequent word's postings would take longer than the search.
    const at = this.#isReferenceHash(hash) ? postings.vocabulary.find(reference) : undefined;
    if (at === undefined) return found;
    const exact: number[] = [];
    const end = postings.starts[at + 1] ?? 0;
    for (let place = postings.starts[at] ?? 0; place < end; place += 1) {
      const product = (postings.entries[place] ?? 0) >>> 2;
      if (referenceHashes[product] === hash && (accept?.(product) ?? true)) exact.push(product);
    }
    if (exact.length === 0) return found;
    const first = new Set(exact);
    return Uint32Array.from([...exact, ...found.filter((product) => !first.has(product))]);
  }

  #isReferenceHash(hash: number): boolean {
    const { sortedHashes } = this.#parts;
    let [low, high] = [0, sortedHashes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sortedHashes[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return sortedHashes[low] === hash;
  }
}
