import type { ProductRow } from './catalogue-rows.ts';
import { NO_PRICE_JSON, priceJson, productHead, productTail, saleHolds, type PriceStyle } from './product-answers.ts';

/** Rows that share one buffer. */
const BLOCK = 512;
const NONE = 0xffffffff;
const BYTES_PER_PRICE = 64;

/** The columns as they are kept in a file. */
export interface PackedColumns {
  count: number;
  /** Bytes of each block of heads. */
  blocks: number[];
  prices: string[];
  /** Product, from, to; null = no limit on that side. */
  saleDates: [number, number | null, number | null][];
  ends: Uint32Array;
  price: Uint32Array;
  sale: Uint32Array;
  heads: readonly Uint8Array[];
}

/**
 * What answers are made of, one column per thing: JSON up to the price as UTF-8 outside the JavaScript heap, prices as
 * numbers of distinct texts. An answer is a copy of bytes; only prices are written anew, since style and sale dates
 * change while an import lives.
 */
export class ProductColumns {
  readonly #blocks: Buffer[] = [];
  readonly #prices: string[] = [];
  readonly #priceNumbers = new Map<string, number>();
  #pending: string[] = [];
  #ends: Uint32Array = new Uint32Array(1024);
  #price: Uint32Array = new Uint32Array(1024);
  #sale: Uint32Array = new Uint32Array(1024);
  /** Pairs of from and to, of the few products that have any; NaN = no limit on that side. */
  readonly #saleDates = new Map<number, [number, number]>();
  #count = 0;
  #headBytes = 0;
  #written: { style: PriceStyle; texts: (string | undefined)[] } = {
    style: { locale: undefined, currency: undefined },
    texts: [],
  };

  /** Takes what `pack` gave, `heads` as one piece. Its memory is used as it is. */
  static unpack(packed: Omit<PackedColumns, 'heads'>, heads: Buffer): ProductColumns {
    const columns = new ProductColumns();
    let from = 0;
    for (const length of packed.blocks) columns.#blocks.push(heads.subarray(from, (from += length)));
    columns.#prices.push(...packed.prices);
    for (const [at, start, end] of packed.saleDates) columns.#saleDates.set(at, [start ?? NaN, end ?? NaN]);
    columns.#count = packed.count;
    columns.#headBytes = heads.length;
    [columns.#ends, columns.#price, columns.#sale] = [packed.ends, packed.price, packed.sale];
    return columns;
  }

  /** To be called behind `finish`. */
  pack(): PackedColumns {
    const dates = [...this.#saleDates].map(([at, [from, to]]): [number, number, number] => [at, from, to]);
    return {
      count: this.#count,
      blocks: this.#blocks.map((block) => block.length),
      prices: this.#prices,
      saleDates: dates,
      ends: this.#ends,
      price: this.#price,
      sale: this.#sale,
      heads: this.#blocks,
    };
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    const columns = 3 * this.#count * Uint32Array.BYTES_PER_ELEMENT;
    return columns + this.#headBytes + BYTES_PER_PRICE * (this.#prices.length * 2 + this.#saleDates.size * 2);
  }

  add(row: ProductRow): void {
    if (this.#count === this.#ends.length) this.#grow(this.#count * 2);
    const at = this.#count++;
    this.#pending.push(productHead(row));
    this.#price[at] = this.#numberOf(row.price, row.currency);
    this.#sale[at] = this.#numberOf(row.salePrice, row.currency);
    if (row.salePrice !== null && (row.saleFrom !== null || row.saleTo !== null)) {
      this.#saleDates.set(at, [row.saleFrom ?? NaN, row.saleTo ?? NaN]);
    }
    if (this.#pending.length === BLOCK) this.#closeBlock();
  }

  /** To be called once behind the last product. */
  finish(): void {
    this.#closeBlock();
    this.#grow(this.#count);
    this.#priceNumbers.clear();
  }

  /** The JSON array of these products. `now`: milliseconds since 1970. */
  answer(products: ArrayLike<number>, style: PriceStyle, now: number): Buffer {
    const tails: string[] = [];
    let size = 2;
    for (let index = 0; index < products.length; index += 1) {
      const at = products[index] ?? 0;
      const tail = this.#tail(at, style, now);
      tails[index] = tail;
      // At most three bytes of UTF-8 per UTF-16 code unit, and a comma.
      size += this.#end(at) - this.#start(at) + 3 * tail.length + 1;
    }
    const answer = Buffer.allocUnsafe(size);
    let written = 0;
    answer[written++] = 0x5b;
    for (let index = 0; index < products.length; index += 1) {
      const at = products[index] ?? 0;
      if (index > 0) answer[written++] = 0x2c;
      written += this.#blocks[Math.floor(at / BLOCK)]?.copy(answer, written, this.#start(at), this.#end(at)) ?? 0;
      written += answer.write(tails[index] ?? '', written);
    }
    answer[written++] = 0x5d;
    return answer.subarray(0, written);
  }

  #start(at: number): number {
    return at % BLOCK === 0 ? 0 : this.#end(at - 1);
  }

  #end(at: number): number {
    return this.#ends[at] ?? 0;
  }

  #tail(at: number, style: PriceStyle, now: number): string {
    const onSale = this.#sale[at] !== NONE && this.#saleHolds(at, now);
    const catalog = this.#priceJson(this.#price[at] ?? NONE, style) ?? NO_PRICE_JSON;
    return productTail(catalog, onSale ? (this.#priceJson(this.#sale[at] ?? NONE, style) ?? null) : null);
  }

  #saleHolds(at: number, now: number): boolean {
    const [from, to] = this.#saleDates.get(at) ?? [NaN, NaN];
    return saleHolds(Number.isNaN(from) ? null : from, Number.isNaN(to) ? null : to, now);
  }

  #priceJson(number: number, style: PriceStyle): string | undefined {
    if (number === NONE) return undefined;
    const { locale, currency: own } = this.#written.style;
    if (locale !== style.locale || own !== style.currency) this.#written = { style: { ...style }, texts: [] };
    const { texts } = this.#written;
    const known = texts[number];
    if (known !== undefined) return known;
    const [amount = '', currency] = (this.#prices[number] ?? '').split(' ');
    return (texts[number] = priceJson(amount, currency ?? style.currency, style.locale));
  }

  #numberOf(amount: string | null, currency: string | null): number {
    if (amount === null) return NONE;
    const price = currency === null ? amount : `${amount} ${currency}`;
    let number = this.#priceNumbers.get(price);
    if (number === undefined) {
      number = this.#prices.push(price) - 1;
      this.#priceNumbers.set(price, number);
    }
    return number;
  }

  #closeBlock(): void {
    if (this.#pending.length === 0) return;
    const first = this.#count - this.#pending.length;
    const block = Buffer.from(this.#pending.join(''), 'utf8');
    let end = 0;
    this.#pending.forEach((head, index) => {
      end += Buffer.byteLength(head);
      this.#ends[first + index] = end;
    });
    this.#blocks.push(block);
    this.#headBytes += block.length;
    this.#pending = [];
  }

  #grow(length: number): void {
    const resize = (column: Uint32Array): Uint32Array => {
      const grown = new Uint32Array(length);
      grown.set(column.subarray(0, this.#count));
      return grown;
    };
    this.#ends = resize(this.#ends);
    this.#price = resize(this.#price);
    this.#sale = resize(this.#sale);
  }
}
