import type { ProductRow } from './catalogue-rows.ts';
import type { ProductAnswer } from './catalogue-schemas.ts';
import { priceText } from './price-text.ts';

/** How prices of an installation are written. */
export interface PriceStyle {
  locale: string | undefined;
  /** For products whose feed names no currency. */
  currency: string | undefined;
}

/** What the price of a product is made of. */
export type PriceParts = Pick<ProductRow, 'price' | 'salePrice' | 'saleFrom' | 'saleTo' | 'currency'>;

/**
 * The part of a product's JSON that stays the same while its import lives, in the contract's order (1.6), up to the
 * value of `priceCatalog`. An unknown availability is left out: the contract knows true and false only.
 */
export function productHead(row: ProductRow): string {
  const { id, title, productUrl, brand, description, shortDescription, available, imageUrl, reference } = row;
  const head = {
    id,
    title,
    productUrl,
    brand,
    description,
    shortDescription,
    ...(available !== null && { available }),
    imageUrl,
    reference: reference === '' ? id : reference,
  } satisfies Omit<ProductAnswer, 'priceCatalog' | 'pricePromotion' | 'priceSpecial'>;
  return `${JSON.stringify(head).slice(0, -1)},"priceCatalog":`;
}

/** Whether the sale price holds at `now` (milliseconds since 1970). */
export function saleHolds(saleFrom: number | null, saleTo: number | null, now: number): boolean {
  return (saleFrom === null || now >= saleFrom) && (saleTo === null || now <= saleTo);
}

/** The rest of a product's JSON, of prices that are JSON already; `promotion` is null when there is none now. */
export function productTail(catalog: string, promotion: string | null): string {
  return `${catalog},"pricePromotion":${promotion ?? 'null'},"priceSpecial":null}`;
}

/** A price as JSON, so that it can be kept and copied: a display text. */
export const priceJson = (amount: string, currency: string | undefined, locale: string | undefined): string =>
  JSON.stringify(priceText(amount, currency, locale));

/** A product without a price has an empty text, never "null €". */
export const NO_PRICE_JSON = '""';

/** A product's whole JSON, made from its row. */
export function productJson(row: ProductRow, style: PriceStyle, now: number): string {
  const write = (amount: string): string => priceJson(amount, row.currency ?? style.currency, style.locale);
  const onSale = row.salePrice !== null && saleHolds(row.saleFrom, row.saleTo, now);
  const promotion = onSale && row.salePrice !== null ? write(row.salePrice) : null;
  return productHead(row) + productTail(row.price === null ? NO_PRICE_JSON : write(row.price), promotion);
}
