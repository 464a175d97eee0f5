import { BETWEEN_WORDS, foldText, foldUnit } from './text-folding.ts';

const FIRST_SLOTS = 1 << 14;
const FIRST_UNITS = 1 << 16;
const LONGEST_WORD = 100;
const FREE = -1;

/** FNV-1a, 32 bits. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

/**
 * Gives each distinct folded word a number, in the order they come. A hash table over code units: making a string for
 * each of the five million words of a large catalogue, to look it up in a Map, takes longer than all the rest.
 */
export class WordTable {
  /** Numbers of words, by hash; open addressing. */
  #slots = new Int32Array(FIRST_SLOTS).fill(FREE);
  #units = new Uint16Array(FIRST_UNITS);
  /** Word n stands in `#units` from `#starts[n]` to `#starts[n + 1]`. */
  #starts = new Uint32Array(FIRST_SLOTS);
  #hashes = new Uint32Array(FIRST_SLOTS);
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

  /** All words, by number. */
  words(): string[] {
    return Array.from({ length: this.#count }, (_, number) =>
      String.fromCharCode(...this.#units.subarray(this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0)),
    );
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
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const number = this.#slots[slot] ?? FREE;
      if (number === FREE) break;
      if (this.#hashes[number] === hash && this.#isWord(number, length)) return number;
      slot = (slot + 1) & mask;
    }
    const number = this.#append(length, hash);
    this.#slots[slot] = number;
    if (this.#count * 2 > this.#slots.length) this.#growSlots();
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
    this.#units.set(this.#word.subarray(0, length), start);
    this.#starts[number + 1] = start + length;
    this.#hashes[number] = hash;
    return number;
  }

  #growSlots(): void {
    const size = this.#slots.length * 2;
    const [starts, hashes] = [new Uint32Array(size), new Uint32Array(size)];
    starts.set(this.#starts);
    hashes.set(this.#hashes);
    [this.#starts, this.#hashes] = [starts, hashes];
    this.#slots = new Int32Array(size).fill(FREE);
    for (let number = 0; number < this.#count; number += 1) {
      let slot = (hashes[number] ?? 0) & (size - 1);
      while (this.#slots[slot] !== FREE) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = number;
    }
  }
}
