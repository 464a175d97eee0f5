import type { ProductRow } from './catalogue-rows.ts';
import { productHead, productTail, saleHolds, type PriceStyle } from './product-answers.ts';
import { priceText } from './price-text.ts';

/** Rows that share one buffer. */
const BLOCK = 512;
const NONE = 0xffffffff;
const BYTES_PER_PRICE = 64;

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
  #ends = new Uint32Array(1024);
  #price = new Uint32Array(1024);
  #sale = new Uint32Array(1024);
  /** Pairs of from and to, of the few products that have any; NaN = no limit on that side. */
  readonly #saleDates = new Map<number, [number, number]>();
  #count = 0;
  #headBytes = 0;
  #written: { style: PriceStyle; texts: (string | undefined)[] } = {
    style: { locale: undefined, currency: undefined },
    texts: [],
  };

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
    const tails = Array.from(products, (at) => this.#tail(at, style, now));
    // At most three bytes of UTF-8 per UTF-16 code unit.
    const size = tails.reduce((sum, tail) => sum + 3 * tail.length + 1, 2) + this.#headsSize(products);
    const answer = Buffer.allocUnsafe(size);
    let written = answer.write('[');
    for (let index = 0; index < products.length; index += 1) {
      const at = products[index] ?? 0;
      if (index > 0) answer[written++] = 0x2c;
      written += this.#blocks[Math.floor(at / BLOCK)]?.copy(answer, written, this.#start(at), this.#end(at)) ?? 0;
      written += answer.write(tails[index] ?? '', written);
    }
    written += answer.write(']', written);
    return answer.subarray(0, written);
  }

  #headsSize(products: ArrayLike<number>): number {
    return Array.from(products).reduce((sum, at) => sum + this.#end(at) - this.#start(at), 0);
  }

  #start(at: number): number {
    return at % BLOCK === 0 ? 0 : this.#end(at - 1);
  }

  #end(at: number): number {
    return this.#ends[at] ?? 0;
  }

  #tail(at: number, style: PriceStyle, now: number): string {
    const [from, to] = this.#saleDates.get(at) ?? [NaN, NaN];
    const onSale =
      this.#sale[at] !== NONE && saleHolds(Number.isNaN(from) ? null : from, Number.isNaN(to) ? null : to, now);
    const catalog = this.#text(this.#price[at] ?? NONE, style) ?? '';
    return productTail(catalog, onSale ? (this.#text(this.#sale[at] ?? NONE, style) ?? null) : null);
  }

  #text(number: number, style: PriceStyle): string | undefined {
    if (number === NONE) return undefined;
    const { locale, currency: own } = this.#written.style;
    if (locale !== style.locale || own !== style.currency) this.#written = { style: { ...style }, texts: [] };
    const { texts } = this.#written;
    const [amount = '', currency] = (this.#prices[number] ?? '').split(' ');
    return (texts[number] ??= priceText(amount, currency ?? style.currency, style.locale));
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
    const resize = (column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(length);
      grown.set(column.subarray(0, this.#count));
      return grown;
    };
    this.#ends = resize(this.#ends);
    this.#price = resize(this.#price);
    this.#sale = resize(this.#sale);
  }
}
