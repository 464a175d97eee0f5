import { BETWEEN_WORDS, foldText, foldUnit } from './text-folding.ts';

/** Tables side by side, by the first bits of the hash: each grows alone, so that growing never takes long. */
const SHARDS = 1 << 6;
const SHARD_SHIFT = 32 - 6;
const FIRST_SLOTS = 1 << 8;
const FIRST_WORDS = 1 << 14;
const FIRST_UNITS = 1 << 16;
const LONGEST_WORD = 100;
const FREE = -1;
/** A start, a hash, and some three slots. */
const BYTES_PER_WORD = 20;

/** FNV-1a, 32 bits. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

/**
 * Gives each distinct folded word a number, in the order they come. A hash table over code units: making a string for
 * each of the five million words of a large catalogue, to look it up in a Map, takes longer than all the rest.
 */
export class WordTable {
  /** Numbers of words, by hash; open addressing. */
  readonly #slots = Array.from({ length: SHARDS }, () => new Int32Array(FIRST_SLOTS).fill(FREE));
  readonly #used = new Uint32Array(SHARDS);
  #units = new Uint16Array(FIRST_UNITS);
  /** Word n stands in `#units` from `#starts[n]` to `#starts[n + 1]`. */
  #starts = new Uint32Array(FIRST_WORDS);
  #hashes = new Uint32Array(FIRST_WORDS);
  #count = 0;
  readonly #word = new Uint16Array(LONGEST_WORD);

  /** Calls back with the number of each word of an unfolded text, with some of them twice. A word's units beyond the hundredth are left out. */
  eachWord(text: string, callback: (number: number) => void): void {
    if (!this.#eachWordByUnits(text, callback)) this.#eachWordByUnits(foldText(text), callback, true);
  }

  /** The number of a folded word. */
  number(word: string): number {
    let number = FREE;
    this.#eachWordByUnits(word, (found) => (number = found), true);
    return number;
  }

  /** Words so far: their numbers are those below. */
  get size(): number {
    return this.#count;
  }

  /** The word of a number. */
  word(number: number): string {
    return String.fromCharCode(...this.#units.subarray(this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0));
  }

  /** What is in use of it, in bytes: pages of an array that were never written to are no memory. */
  get bytes(): number {
    return 2 * (this.#starts[this.#count] ?? 0) + this.#count * BYTES_PER_WORD;
  }

  /** False when the text must be folded as a whole; the words up to there were called back already. */
  #eachWordByUnits(text: string, callback: (number: number) => void, isFolded = false): boolean {
    let length = 0;
    let hash = HASH_START;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      const folded = foldUnit(unit) ?? (isFolded ? unit : undefined);
      if (folded === undefined) return false;
      if (folded === BETWEEN_WORDS) {
        if (length > 0) callback(this.#intern(length, hash >>> 0));
        length = 0;
        hash = HASH_START;
      } else if (length < LONGEST_WORD) {
        this.#word[length++] = folded;
        hash = Math.imul(hash ^ folded, HASH_FACTOR);
      }
    }
    if (length > 0) callback(this.#intern(length, hash >>> 0));
    return true;
  }

  #intern(length: number, hash: number): number {
    const shard = hash >>> SHARD_SHIFT;
    const slots = this.#slots[shard] ?? new Int32Array(FIRST_SLOTS);
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const number = slots[slot] ?? FREE;
      if (number === FREE) break;
      if (this.#hashes[number] === hash && this.#isWord(number, length)) return number;
      slot = (slot + 1) & mask;
    }
    const number = this.#append(length, hash);
    slots[slot] = number;
    const used = (this.#used[shard] ?? 0) + 1;
    this.#used[shard] = used;
    if (used * 2 > slots.length) this.#slots[shard] = this.#grown(slots);
    return number;
  }

  #isWord(number: number, length: number): boolean {
    const start = this.#starts[number] ?? 0;
    if ((this.#starts[number + 1] ?? 0) - start !== length) return false;
    for (let at = 0; at < length; at += 1) if (this.#units[start + at] !== this.#word[at]) return false;
    return true;
  }

  #append(length: number, hash: number): number {
    const number = this.#count++;
    const start = this.#starts[number] ?? 0;
    if (start + length > this.#units.length) {
      const units = new Uint16Array(this.#units.length * 2);
      units.set(this.#units);
      this.#units = units;
    }
    if (number + 1 === this.#starts.length) {
      this.#starts = twice(this.#starts);
      this.#hashes = twice(this.#hashes);
    }
    this.#units.set(this.#word.subarray(0, length), start);
    this.#starts[number + 1] = start + length;
    this.#hashes[number] = hash;
    return number;
  }

  #grown(slots: Int32Array): Int32Array<ArrayBuffer> {
    const grown = new Int32Array(slots.length * 2).fill(FREE);
    const mask = grown.length - 1;
    for (const number of slots) {
      if (number === FREE) continue;
      let slot = (this.#hashes[number] ?? 0) & mask;
      while (grown[slot] !== FREE) slot = (slot + 1) & mask;
      grown[slot] = number;
    }
    return grown;
  }
}

function twice(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2);
  larger.set(column);
  return larger;
}
