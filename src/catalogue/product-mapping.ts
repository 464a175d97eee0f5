import { readAvailability } from './availability-reading.ts';
import { type ProductFields, productFieldsOf } from './field-names.ts';
import { googleCategoryLabel } from './google-taxonomy.ts';
import { clean, cutAtWord, toPlainText } from './plain-text.ts';
import { readPrice, readSaleDates } from './price-reading.ts';
import type { RawItem } from './raw-item.ts';

export interface MappedProduct {
  id: string;
  title: string;
  productUrl: string;
  imageUrl: string;
  brand: string | null;
  description: string;
  shortDescription: string | null;
  reference: string;
  available: boolean | null;
  price: string | null;
  salePrice: string | null;
  saleFrom: Date | null;
  saleTo: Date | null;
  currency: string | null;
  /** Labels from the root down; empty without a category. */
  categoryPath: string[];
}

/** `reason`: the item cannot be used. `notes`: it can, but something of it was left out. */
export type ProductMapping = { product: MappedProduct; notes: string[] } | { id: string | null; reason: string };

const MAX_ID = 200;
const MAX_TITLE = 500;
const MAX_DESCRIPTION = 10_000;
const SHORT_DESCRIPTION = 150;
const MAX_LABEL = 200;
const MAX_DEPTH = 10;
const MAX_URL = 2_048;

/**
 * Turns an item into a product, with the reason when it is none. Never throws. `currency`: of prices that name none;
 * it helps to read them, and is not made theirs.
 */
export function mapProduct(item: RawItem, currency?: string): ProductMapping {
  const fields = productFieldsOf(item.fields);
  const id = clean(fields.id ?? '');
  if (id === '') return { id: null, reason: 'has no id' };
  if (id.length > MAX_ID) return { id: `${id.slice(0, 40)}…`, reason: `its id is longer than ${MAX_ID} characters` };
  const title = cutAtWord(toPlainText(fields.title ?? ''), MAX_TITLE);
  if (title === '') return { id, reason: 'has no title' };
  const productUrl = readUrl(fields.link);
  if (productUrl === undefined) return { id, reason: missingUrl('link', fields.link) };
  const imageUrl = readUrl(fields.imageLink);
  if (imageUrl === undefined) return { id, reason: missingUrl('image_link', fields.imageLink) };

  const description = cutAtWord(toPlainText(fields.description ?? ''), MAX_DESCRIPTION);
  const short = toPlainText(fields.shortDescription ?? '') || description;
  const prices = mapPrices(fields, currency);
  const product = {
    id,
    title,
    productUrl,
    imageUrl,
    brand: cutAtWord(toPlainText(fields.brand ?? ''), MAX_LABEL) || null,
    description,
    shortDescription: cutAtWord(short, SHORT_DESCRIPTION) || null,
    reference: clean(fields.mpn ?? '').slice(0, MAX_ID) || clean(fields.gtin ?? '').slice(0, MAX_ID) || id,
    available: fields.availability === undefined ? null : readAvailability(fields.availability),
    ...prices.columns,
    categoryPath: categoryPathOf(fields),
  };
  return { product, notes: prices.notes };
}

type PriceColumns = Pick<MappedProduct, 'price' | 'salePrice' | 'saleFrom' | 'saleTo' | 'currency'>;

/** A sale price that may be wrong is left out: an agent would quote it. */
function mapPrices(fields: ProductFields, usual: string | undefined): { columns: PriceColumns; notes: string[] } {
  const notes: string[] = [];
  const stated = /^[a-z]{3}$/i.test(fields.currency ?? '') ? fields.currency?.toUpperCase() : undefined;
  const price = fields.price === undefined ? undefined : readPrice(fields.price, stated ?? usual);
  if (fields.price !== undefined && !price) notes.push('its price cannot be read and was left out');
  const currency = price?.currency ?? stated ?? null;
  const columns: PriceColumns = {
    price: price?.amount ?? null,
    salePrice: null,
    saleFrom: null,
    saleTo: null,
    currency,
  };
  if (fields.salePrice === undefined) return { columns, notes };

  const sale = readPrice(fields.salePrice, currency ?? usual);
  const dates = fields.saleDates === undefined ? { from: null, to: null } : readSaleDates(fields.saleDates);
  if (!sale) notes.push('its sale_price cannot be read and was left out');
  else if (!dates) notes.push('its sale_price_effective_date cannot be read; the sale_price was left out');
  else if (currency !== null && sale.currency !== undefined && sale.currency !== currency) {
    notes.push('its sale_price has another currency than its price and was left out');
  } else {
    columns.salePrice = sale.amount;
    columns.saleFrom = dates.from;
    columns.saleTo = dates.to;
    columns.currency = currency ?? sale.currency ?? null;
  }
  return { columns, notes };
}

function categoryPathOf({ productType, googleCategory }: ProductFields): string[] {
  const text = toPlainText(productType ?? '') || toPlainText(googleCategory ?? '');
  const labels = text
    .split('>')
    .map((label) => cutAtWord(label.trim(), MAX_LABEL))
    .filter((label) => label !== '')
    .slice(0, MAX_DEPTH);
  const isGoogleNumber = (productType ?? '') === '' && /^\d+$/.test(text);
  return isGoogleNumber ? [googleCategoryLabel(text)] : labels;
}

/** Only what a visitor's browser may open: a feed must not bring `javascript:` into the console. */
function readUrl(text: string | undefined): string | undefined {
  const given = clean(text ?? '');
  const url = parseUrl(given.startsWith('//') ? `https:${given}` : given);
  if (!url || !/^https?:$/.test(url.protocol) || url.href.length > MAX_URL) return undefined;
  return url.href;
}

function missingUrl(name: string, given: string | undefined): string {
  return (given ?? '').trim() === '' ? `has no ${name}` : `its ${name} is not an http(s) address`;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
