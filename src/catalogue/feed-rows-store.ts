import type { Database } from '../persistence/database.ts';
import type { CollectedCategory } from './category-collector.ts';
import type { MappedCustomer } from './customer-mapping.ts';
import type { MappedProduct } from './product-mapping.ts';

export type NewProduct = Omit<MappedProduct, 'categoryPath'> & { ordinal: number; categoryId: string | null };
export type NewCustomer = MappedCustomer & { ordinal: number };

// One JSON parameter holds the whole batch: one statement text for any number of rows, on both databases.
const PUT_PRODUCTS = `
WITH put AS (
  INSERT INTO product (import_id, ordinal, id, title, product_url, image_url, brand, description, short_description,
                       reference, available, price, sale_price, sale_from, sale_to, currency, category_id)
  SELECT $1::bigint, * FROM json_to_recordset($2::text::json) AS row(
    "ordinal" int, "id" text, "title" text, "productUrl" text, "imageUrl" text, "brand" text, "description" text,
    "shortDescription" text, "reference" text, "available" boolean, "price" text, "salePrice" text,
    "saleFrom" timestamptz, "saleTo" timestamptz, "currency" text, "categoryId" text)
  ON CONFLICT (import_id, id) DO UPDATE SET
    ordinal = excluded.ordinal, title = excluded.title, product_url = excluded.product_url,
    image_url = excluded.image_url, brand = excluded.brand, description = excluded.description,
    short_description = excluded.short_description, reference = excluded.reference, available = excluded.available,
    price = excluded.price, sale_price = excluded.sale_price, sale_from = excluded.sale_from,
    sale_to = excluded.sale_to, currency = excluded.currency, category_id = excluded.category_id
  RETURNING ordinal, xmax <> 0 AS again)
SELECT ordinal FROM put WHERE again`;

const PUT_CATEGORIES = `
INSERT INTO category (import_id, id, parent_id, label, ordinal)
SELECT $1::bigint, * FROM json_to_recordset($2::text::json) AS row(
  "id" text, "parentId" text, "label" text, "ordinal" int)`;

const PUT_CUSTOMERS = `
INSERT INTO customer (import_id, ordinal, email, external_id, fields)
SELECT $1::bigint, * FROM json_to_recordset($2::text::json) AS row(
  "ordinal" int, "email" text, "externalId" text, "fields" jsonb)`;

/** Writes rows of imports that nobody reads yet. */
export function createFeedRowsStore(database: Database) {
  return {
    /**
     * An id that is there already gets the new values; returns the ordinals of those. Ids inside `rows` must differ.
     */
    async putProducts(importId: string, rows: readonly NewProduct[]): Promise<number[]> {
      const again = await database.query<{ ordinal: number }>(PUT_PRODUCTS, [importId, JSON.stringify(rows)]);
      return again.map(({ ordinal }) => ordinal);
    },
    async putCategories(importId: string, rows: readonly CollectedCategory[]): Promise<void> {
      await database.query(PUT_CATEGORIES, [importId, JSON.stringify(rows)]);
    },
    async putCustomers(importId: string, rows: readonly NewCustomer[]): Promise<void> {
      await database.query(PUT_CUSTOMERS, [importId, JSON.stringify(rows)]);
    },
  };
}

export type FeedRowsStore = ReturnType<typeof createFeedRowsStore>;
