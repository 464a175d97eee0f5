import type { ProductRow } from './catalogue-rows.ts';
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
  const head = JSON.stringify({
    id,
    title,
    productUrl,
    brand,
    description,
    shortDescription,
    ...(available !== null && { available }),
    imageUrl,
    reference: reference === '' ? id : reference,
  });
  return `${head.slice(0, -1)},"priceCatalog":`;
}

/** Whether the sale price holds at `now` (milliseconds since 1970). */
export function saleHolds(saleFrom: number | null, saleTo: number | null, now: number): boolean {
  return (saleFrom === null || now >= saleFrom) && (saleTo === null || now <= saleTo);
}

/** The rest of a product's JSON. Both prices are display texts; `promotion` is null when there is none now. */
export function productTail(catalog: string, promotion: string | null): string {
  const promotionJson = promotion === null ? 'null' : JSON.stringify(promotion);
  return `${JSON.stringify(catalog)},"pricePromotion":${promotionJson},"priceSpecial":null}`;
}

/** A product's whole JSON, made from its row. A product without a price has an empty text, never "null €". */
export function productJson(row: ProductRow, style: PriceStyle, now: number): string {
  const write = (amount: string): string => priceText(amount, row.currency ?? style.currency, style.locale);
  const onSale = row.salePrice !== null && saleHolds(row.saleFrom, row.saleTo, now);
  const promotion = onSale && row.salePrice !== null ? write(row.salePrice) : null;
  return productHead(row) + productTail(row.price === null ? '' : write(row.price), promotion);
}
