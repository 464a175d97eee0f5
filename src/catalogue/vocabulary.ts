import { createSlices } from './sliced-work.ts';

/** Positions `from` (inclusive) to `to` (exclusive) of the vocabulary. */
export interface WordRange {
  from: number;
  to: number;
}

interface Branch extends WordRange {
  unit: number;
}

const NONE: WordRange = { from: 0, to: 0 };
const SORT_CHUNK = 4096;
/** Merging this many words takes well under a millisecond. */
const MERGE_STEP = 2048;

/** All words of a catalogue in code-unit order, packed into two arrays outside the JavaScript heap. */
export class Vocabulary {
  readonly #units: Uint16Array;
  readonly #offsets: Uint32Array;
  readonly #all: WordRange;
  /** Every mistyped query comes by here. */
  #roots: readonly Branch[] | undefined;

  constructor(units: Uint16Array, offsets: Uint32Array) {
    this.#units = units;
    this.#offsets = offsets;
    this.#all = { from: 0, to: offsets.length - 1 };
  }

  /** In slices. */
  static async of(sortedWords: readonly string[]): Promise<Vocabulary> {
    const pause = createSlices();
    const offsets = new Uint32Array(sortedWords.length + 1);
    for (const [index, word] of sortedWords.entries()) {
      offsets[index + 1] = (offsets[index] ?? 0) + word.length;
      if (index % MERGE_STEP === 0) await pause();
    }
    const units = new Uint16Array(offsets[sortedWords.length] ?? 0);
    for (const [index, word] of sortedWords.entries()) {
      const start = offsets[index] ?? 0;
      for (let unit = 0; unit < word.length; unit += 1) units[start + unit] = word.charCodeAt(unit);
      if (index % MERGE_STEP === 0) await pause();
    }
    return new Vocabulary(units, offsets);
  }

  /** What the constructor takes. */
  get parts(): { units: Uint16Array; offsets: Uint32Array } {
    return { units: this.#units, offsets: this.#offsets };
  }

  get size(): number {
    return this.#offsets.length - 1;
  }

  get bytes(): number {
    return this.#units.byteLength + this.#offsets.byteLength;
  }

  /** Where the word stands; undefined when it is not there. */
  find(word: string): number | undefined {
    want(word);
    const { from, to } = this.#wanted(word.length, false, this.#all);
    return from < to ? from : undefined;
  }

  /** The words that start with this. */
  startingWith(prefix: string): WordRange {
    want(prefix);
    return this.#wanted(prefix.length, true, this.#all);
  }

  /**
   * The words one mistake away: a letter too many, missing, wrong, or two neighbours swapped. `asPrefix`: words that
   * start with such a one. Walks along the right letters and tries only mistakes that some word continues.
   */
  mistypedAs(word: string, asPrefix: boolean): WordRange[] {
    const found: WordRange[] = [];
    const { length } = word;
    const tryWanted = (units: number, among: WordRange): void => {
      const range = this.#wanted(units, asPrefix, among);
      if (range.from < range.to) found.push(range);
    };
    let range = this.#all;
    for (let at = 0; at <= length && range.from < range.to; at += 1) {
      const own = at < length ? word.charCodeAt(at) : undefined;
      let right = NONE;
      for (const branch of this.#branches(range, at)) {
        want(word, at, branch.unit, at);
        tryWanted(length + 1, branch);
        if (branch.unit === own) right = branch;
        else if (own !== undefined) {
          want(word, at, branch.unit, at + 1);
          tryWanted(length, branch);
        }
      }
      if (own !== undefined && length > 1) {
        want(word, at, undefined, at + 1);
        tryWanted(length - 1, range);
      }
      if (at + 1 < length && own !== word.charCodeAt(at + 1)) {
        want(word, at, word.charCodeAt(at + 1), at + 1);
        wanted[at + 1] = own ?? 0;
        tryWanted(length, range);
      }
      range = right;
    }
    return found;
  }

  /** The words of this range, which are alike up to there, by the unit that comes next. */
  #branches(range: WordRange, depth: number): readonly Branch[] {
    if (depth === 0 && this.#roots) return this.#roots;
    const branches: Branch[] = [];
    let at = range.from;
    while (at < range.to) {
      const unit = this.#unitAt(at, depth);
      let [low, high] = [at + 1, range.to];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (this.#unitAt(middle, depth) > unit) high = middle;
        else low = middle + 1;
      }
      // A word that ends here has none, and stands first.
      if (unit >= 0) branches.push({ unit, from: at, to: low });
      at = low;
    }
    if (depth === 0) this.#roots = branches;
    return branches;
  }

  #unitAt(at: number, depth: number): number {
    const place = (this.#offsets[at] ?? 0) + depth;
    return place < (this.#offsets[at + 1] ?? 0) ? (this.#units[place] ?? 0) : -1;
  }

  /** The words of this range that are the wanted one, or start with it. */
  #wanted(length: number, asPrefix: boolean, range: WordRange): WordRange {
    const from = this.#bound(length, range, 0, false);
    if (asPrefix) return { from, to: this.#bound(length, { from, to: range.to }, 1, true) };
    return { from, to: from < range.to && this.#compare(from, length, false) === 0 ? from + 1 : from };
  }

  /** The first word of the range that compares as this or higher. */
  #bound(length: number, range: WordRange, least: number, asPrefix: boolean): number {
    let [low, high] = [range.from, range.to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, length, asPrefix) < least) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Below, at or above 0 where the word sorts before, with or behind the wanted one. `asPrefix`: by its beginning. */
  #compare(at: number, length: number, asPrefix: boolean): number {
    const start = this.#offsets[at] ?? 0;
    const own = (this.#offsets[at + 1] ?? 0) - start;
    const common = Math.min(own, length);
    for (let unit = 0; unit < common; unit += 1) {
      const difference = (this.#units[start + unit] ?? 0) - (wanted[unit] ?? 0);
      if (difference !== 0) return difference;
    }
    return asPrefix ? common - length : own - length;
  }
}

/** The units that are looked for: one search runs to its end before the next one starts. */
let wanted = new Uint16Array(64);

/** Looks for the word's units before `to`, then `unit`, then those from `from` on. */
function want(word: string, to = word.length, unit?: number, from = word.length): void {
  if (wanted.length <= word.length) wanted = new Uint16Array(word.length * 2);
  let count = 0;
  while (count < to) {
    wanted[count] = word.charCodeAt(count);
    count += 1;
  }
  if (unit !== undefined) wanted[count++] = unit;
  for (let at = from; at < word.length; at += 1) wanted[count++] = word.charCodeAt(at);
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
