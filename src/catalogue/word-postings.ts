import { createSlices } from './sliced-work.ts';
import { sortWords, Vocabulary } from './vocabulary.ts';
import { WordTable } from './word-table.ts';

/** Where a word stands in a product, best first: the lower, the better the match. */
export const FIELD = { title: 0, brandOrReference: 1, category: 2, description: 3 } as const;
export type Field = (typeof FIELD)[keyof typeof FIELD];

/**
 * For each word of the vocabulary the products that have it, in feed order, as `product * 4 + field`. Words stand in
 * alphabetical order, so the products of all words with one prefix are one stretch of `entries`.
 */
export interface WordPostings {
  vocabulary: Vocabulary;
  /** Word number w has the entries from `starts[w]` to before `starts[w + 1]`. */
  starts: Uint32Array;
  entries: Uint32Array;
}

const FIRST_CAPACITY = 1 << 12;
/** Steps of a tight loop between two looks at the clock. */
const STEP = 1 << 16;

function grown(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2);
  larger.set(column);
  return larger;
}

/** Collects the words of products, one product after the other. */
export class PostingsBuilder {
  readonly #table = new WordTable();
  /** Per word: the last product it was seen in, plus one. */
  #lastSeen = new Uint32Array(FIRST_CAPACITY);
  #words = new Uint32Array(FIRST_CAPACITY);
  #entries = new Uint32Array(FIRST_CAPACITY);
  #count = 0;

  /** Bytes of what was collected; about what the postings will take. */
  get bytes(): number {
    return this.#count * 4;
  }

  /** All words of a text, unfolded, in one field of a product. */
  addText(product: number, text: string, field: Field): void {
    this.#table.eachWord(text, (word) => this.add(product, word, field));
  }

  /** The numbers of a text's words, for `add`. */
  numbers(text: string): number[] {
    const numbers: number[] = [];
    this.#table.eachWord(text, (word) => numbers.push(word));
    return numbers;
  }

  /** Fields of a product must come best first: only the first place of a word counts. */
  add(product: number, word: number, field: Field): void {
    while (word >= this.#lastSeen.length) this.#lastSeen = grown(this.#lastSeen);
    if (this.#lastSeen[word] === product + 1) return;
    this.#lastSeen[word] = product + 1;
    if (this.#count === this.#words.length) {
      this.#words = grown(this.#words);
      this.#entries = grown(this.#entries);
    }
    this.#words[this.#count] = word;
    this.#entries[this.#count] = product * 4 + field;
    this.#count += 1;
  }

  /** Sorts everything by word, in slices. */
  async finish(): Promise<WordPostings> {
    const pause = createSlices();
    const sorted = await sortWords(this.#table.words());
    await pause();
    const places = new Uint32Array(sorted.length);
    for (const [place, word] of sorted.entries()) {
      places[this.#table.number(word)] = place;
      if (place % 4096 === 0) await pause();
    }
    const starts = new Uint32Array(sorted.length + 1);
    for (let from = 0; from < this.#count; from += STEP) {
      const to = Math.min(from + STEP, this.#count);
      for (let at = from; at < to; at += 1) {
        const next = (places[this.#words[at] ?? 0] ?? 0) + 1;
        starts[next] = (starts[next] ?? 0) + 1;
      }
      await pause();
    }
    for (let word = 0; word < sorted.length; word += 1)
      starts[word + 1] = (starts[word + 1] ?? 0) + (starts[word] ?? 0);
    const next = starts.slice();
    const entries = new Uint32Array(this.#count);
    for (let from = 0; from < this.#count; from += STEP) {
      const to = Math.min(from + STEP, this.#count);
      for (let at = from; at < to; at += 1) {
        const place = places[this.#words[at] ?? 0] ?? 0;
        const target = next[place] ?? 0;
        next[place] = target + 1;
        entries[target] = this.#entries[at] ?? 0;
      }
      await pause();
    }
    const vocabulary = new Vocabulary(sorted);
    return { vocabulary, starts, entries };
  }
}
