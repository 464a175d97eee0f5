/** A word with this many postings or more is looked up product by product rather than read through. */
const FREQUENT = 1024;
/** Columns that are kept, half a byte a product each. */
const MOST_COLUMNS = 128;

/** For the words that many products have: which products, without reading the postings once more. */
export class FrequentWords {
  readonly #entries: Uint32Array;
  readonly #columnBytes: number;
  /** By where the postings begin, in the order of their last use. */
  readonly #columns = new Map<number, Uint8Array>();

  constructor(entries: Uint32Array, products: number) {
    this.#entries = entries;
    this.#columnBytes = (products + 1) >>> 1;
  }

  /** What all columns take in memory at their most. */
  get bytes(): number {
    return Math.min(MOST_COLUMNS, Math.floor(this.#entries.length / FREQUENT)) * this.#columnBytes;
  }

  /** To be read with `rankIn`; undefined for words that are not frequent. */
  column(from: number, to: number): Uint8Array | undefined {
    if (to - from < FREQUENT) return undefined;
    const column = this.#columns.get(from) ?? this.#build(from, to);
    this.#columns.delete(from);
    this.#columns.set(from, column);
    return column;
  }

  #build(from: number, to: number): Uint8Array {
    const column = new Uint8Array(this.#columnBytes);
    // A word has one entry a product.
    for (let at = from; at < to; at += 1) {
      const entry = this.#entries[at] ?? 0;
      const product = entry >>> 2;
      column[product >>> 1] = (column[product >>> 1] ?? 0) | (((entry & 3) + 1) << ((product & 1) * 4));
    }
    const [oldest] = this.#columns.keys();
    if (this.#columns.size >= MOST_COLUMNS && oldest !== undefined) this.#columns.delete(oldest);
    return column;
  }
}

/** One more than the rank of the field in which that product has the word; 0 where it lacks it. */
export const rankIn = (column: Uint8Array, product: number): number =>
  ((column[product >>> 1] ?? 0) >>> ((product & 1) * 4)) & 15;
