import { createSlices } from './sliced-work.ts';

/** Positions `from` (inclusive) to `to` (exclusive) of the vocabulary. */
export interface WordRange {
  from: number;
  to: number;
}

/** Sorts behind every word that starts with what stands before it. */
const AFTER_ALL = '\uffff';
const SORT_CHUNK = 4096;
/** Merging this many words takes well under a millisecond. */
const MERGE_STEP = 2048;

/** All words of a catalogue in code-unit order, packed into two arrays outside the JavaScript heap. */
export class Vocabulary {
  readonly #units: Uint16Array;
  readonly #offsets: Uint32Array;

  constructor(sortedWords: readonly string[]) {
    this.#offsets = new Uint32Array(sortedWords.length + 1);
    sortedWords.forEach((word, index) => {
      this.#offsets[index + 1] = (this.#offsets[index] ?? 0) + word.length;
    });
    this.#units = new Uint16Array(this.#offsets[sortedWords.length] ?? 0);
    let at = 0;
    for (const word of sortedWords) {
      for (let unit = 0; unit < word.length; unit += 1) this.#units[at++] = word.charCodeAt(unit);
    }
  }

  get size(): number {
    return this.#offsets.length - 1;
  }

  get bytes(): number {
    return this.#units.byteLength + this.#offsets.byteLength;
  }

  /** Where the word stands; undefined when it is not there. */
  find(word: string): number | undefined {
    const at = this.#lowerBound(word);
    return at < this.size && this.#compare(at, word) === 0 ? at : undefined;
  }

  /** The words that start with this. */
  startingWith(prefix: string): WordRange {
    return { from: this.#lowerBound(prefix), to: this.#lowerBound(prefix + AFTER_ALL) };
  }

  /**
   * The words one mistake away: a letter too many, missing, wrong, or two neighbours swapped. `asPrefix`: words that
   * start with such a one. Walks along the right letters and tries only mistakes that some word continues.
   */
  mistypedAs(word: string, asPrefix: boolean): WordRange[] {
    const found: WordRange[] = [];
    const tryWord = (candidate: string): void => {
      if (candidate === word || candidate === '') return;
      const at = asPrefix ? undefined : this.find(candidate);
      const range = asPrefix ? this.startingWith(candidate) : { from: at ?? 0, to: at === undefined ? 0 : at + 1 };
      if (range.to > range.from) found.push(range);
    };
    for (let at = 0; at <= word.length; at += 1) {
      const head = word.slice(0, at);
      const range = this.startingWith(head);
      if (range.from === range.to) break;
      for (const letter of this.#lettersAfter(range, head)) {
        tryWord(head + letter + word.slice(at));
        if (at < word.length) tryWord(head + letter + word.slice(at + 1));
      }
      if (at < word.length) tryWord(head + word.slice(at + 1));
      if (at + 1 < word.length) tryWord(head + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2));
    }
    return found;
  }

  #lettersAfter(range: WordRange, head: string): string[] {
    const letters: string[] = [];
    let at = range.from;
    while (at < range.to) {
      const start = this.#offsets[at] ?? 0;
      const length = (this.#offsets[at + 1] ?? 0) - start;
      if (length <= head.length) {
        at += 1;
        continue;
      }
      const letter = String.fromCharCode(this.#units[start + head.length] ?? 0);
      letters.push(letter);
      at = this.#lowerBound(head + letter + AFTER_ALL, at, range.to);
    }
    return letters;
  }

  #lowerBound(word: string, from = 0, to = this.size): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, word) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(at: number, word: string): number {
    const start = this.#offsets[at] ?? 0;
    const length = (this.#offsets[at + 1] ?? 0) - start;
    const common = Math.min(length, word.length);
    for (let unit = 0; unit < common; unit += 1) {
      const difference = (this.#units[start + unit] ?? 0) - word.charCodeAt(unit);
      if (difference !== 0) return difference;
    }
    return length - word.length;
  }
}

/** Sorts by code units, like `sort()`, in slices: 200,000 words at once would hold everybody up for 200 ms. */
export async function sortWords(words: readonly string[]): Promise<string[]> {
  const pause = createSlices();
  let runs: string[][] = [];
  for (let at = 0; at < words.length; at += SORT_CHUNK) {
    runs.push(words.slice(at, at + SORT_CHUNK).sort());
    await pause();
  }
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], pause));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(left: string[], right: string[], pause: () => Promise<void> | undefined): Promise<string[]> {
  const merged: string[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    const [a, b] = [left[l] ?? '', right[r] ?? ''];
    if (a <= b) {
      merged.push(a);
      l += 1;
    } else {
      merged.push(b);
      r += 1;
    }
    if (merged.length % MERGE_STEP === 0) await pause();
  }
  while (l < left.length) merged.push(left[l++] ?? '');
  while (r < right.length) merged.push(right[r++] ?? '');
  return merged;
}
