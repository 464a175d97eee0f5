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
/** Entries that share one array while they are collected, and steps of a tight loop between two looks at the clock. */
const BLOCK = 1 << 16;
/** A short text, and its places in the arrays that sort it. */
const BYTES_PER_TEXT = 56;
const WORDS_AT_ONCE = 1 << 10;

/** Entries as they came. One large array would have to be copied again and again as it grows. */
interface Block {
  words: Uint32Array;
  entries: Uint32Array;
}

/** Collects the words of products, one product after the other. */
export class PostingsBuilder {
  readonly #table = new WordTable();
  /** Per word: the last product it was seen in, plus one. */
  #lastSeen = new Uint32Array(FIRST_CAPACITY);
  readonly #blocks: Block[] = [];
  #count = 0;

  /** Bytes of what was collected; about what the postings will take. */
  get bytes(): number {
    return this.#count * 4;
  }

  /** Bytes that collecting takes now. */
  get heldBytes(): number {
    return this.#count * 8 + this.#table.size * 4 + this.#table.bytes;
  }

  /** Bytes that `finish` takes at its most: what was collected, the result, and the words as texts. */
  get finishingBytes(): number {
    return this.heldBytes + this.bytes + this.#table.size * BYTES_PER_TEXT;
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
    while (word >= this.#lastSeen.length) {
      const larger = new Uint32Array(this.#lastSeen.length * 2);
      larger.set(this.#lastSeen);
      this.#lastSeen = larger;
    }
    if (this.#lastSeen[word] === product + 1) return;
    this.#lastSeen[word] = product + 1;
    const at = this.#count % BLOCK;
    if (at === 0) this.#blocks.push({ words: new Uint32Array(BLOCK), entries: new Uint32Array(BLOCK) });
    const block = this.#blocks.at(-1);
    if (!block) return;
    block.words[at] = word;
    block.entries[at] = product * 4 + field;
    this.#count += 1;
  }

  /** Sorts everything by word, in slices. To be called once: what was collected is let go on the way. */
  async finish(): Promise<WordPostings> {
    const pause = createSlices();
    const words: string[] = [];
    for (let number = 0; number < this.#table.size; number += 1) {
      words.push(this.#table.word(number));
      if (number % WORDS_AT_ONCE === 0) await pause();
    }
    const sorted = await sortWords(words);
    const places = new Uint32Array(sorted.length);
    for (const [place, word] of sorted.entries()) {
      places[this.#table.number(word)] = place;
      if (place % WORDS_AT_ONCE === 0) await pause();
    }
    const starts = new Uint32Array(sorted.length + 1);
    let left = this.#count;
    for (const block of this.#blocks) {
      for (let at = 0; at < Math.min(BLOCK, left); at += 1) {
        const next = (places[block.words[at] ?? 0] ?? 0) + 1;
        starts[next] = (starts[next] ?? 0) + 1;
      }
      left -= BLOCK;
      await pause();
    }
    for (let word = 0; word < sorted.length; word += 1)
      starts[word + 1] = (starts[word + 1] ?? 0) + (starts[word] ?? 0);
    const entries = await this.#placed(places, starts, pause);
    return { vocabulary: await Vocabulary.of(sorted), starts, entries };
  }

  async #placed(
    places: Uint32Array,
    starts: Uint32Array,
    pause: () => Promise<void> | undefined,
  ): Promise<Uint32Array> {
    const next = starts.slice();
    const entries = new Uint32Array(this.#count);
    this.#blocks.reverse();
    for (let left = this.#count; left > 0; left -= BLOCK) {
      const block = this.#blocks.pop();
      for (let at = 0; block && at < Math.min(BLOCK, left); at += 1) {
        const place = places[block.words[at] ?? 0] ?? 0;
        const target = next[place] ?? 0;
        next[place] = target + 1;
        entries[target] = block.entries[at] ?? 0;
      }
      await pause();
    }
    return entries;
  }
}
