import type { CategoryRow, ProductRow } from '../../src/catalogue/catalogue-rows.ts';
import type { Sql } from '../../src/persistence/database.ts';

const ROWS_AT_ONCE = 2_000;

/** A product that has everything; `changes` say what a test is about. */
export function productRow(ordinal: number, changes: Partial<ProductRow> = {}): ProductRow {
  return {
    ordinal,
    id: `p${ordinal}`,
    title: `Product ${ordinal}`,
    productUrl: `https://shop.example/p/${ordinal}`,
    imageUrl: `https://shop.example/i/${ordinal}.jpg`,
    brand: null,
    description: '',
    shortDescription: null,
    reference: `REF-${ordinal}`,
    available: true,
    price: '9.90',
    salePrice: null,
    saleFrom: null,
    saleTo: null,
    currency: null,
    categoryId: null,
    ...changes,
  };
}

/** Writes an import that is live at once, the one before it replaced. Returns its id. */
export async function putLiveCatalogue(
  sql: Sql,
  installationId: string,
  products: readonly ProductRow[],
  categories: readonly CategoryRow[] = [],
): Promise<string> {
  const begin = `
    INSERT INTO feed_import (installation_id, kind, status, source, items)
    VALUES ($1, 'catalogue', 'running', 'api', $2) RETURNING id::text AS id`;
  const [{ id } = { id: '' }] = await sql.query<{ id: string }>(begin, [installationId, products.length]);
  for (let from = 0; from < products.length; from += ROWS_AT_ONCE) {
    await insertProducts(sql, id, products.slice(from, from + ROWS_AT_ONCE));
  }
  await sql.query(
    `INSERT INTO category (import_id, id, parent_id, label, ordinal)
     SELECT $1::bigint, id, parent_id, label, place FROM UNNEST($2::text[], $3::text[], $4::text[])
       WITH ORDINALITY AS given(id, parent_id, label, place)`,
    [id, categories.map((one) => one.id), categories.map((one) => one.parentId), categories.map((one) => one.label)],
  );
  await sql.query(
    `UPDATE feed_import SET status = CASE WHEN id = $2::bigint THEN 'live' ELSE 'replaced' END
      WHERE installation_id = $1 AND status IN ('live', 'running')`,
    [installationId, id],
  );
  return id;
}

async function insertProducts(sql: Sql, importId: string, rows: readonly ProductRow[]): Promise<void> {
  const column = <Name extends keyof ProductRow>(name: Name): ProductRow[Name][] => rows.map((row) => row[name]);
  const dates = (name: 'saleFrom' | 'saleTo') => column(name).map((at) => (at === null ? null : new Date(at)));
  await sql.query(
    `INSERT INTO product (import_id, ordinal, id, title, product_url, image_url, brand, description, short_description,
       reference, available, price, sale_price, sale_from, sale_to, currency, category_id)
     SELECT $1::bigint, * FROM UNNEST($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::text[], $11::boolean[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[],
       $16::text[], $17::text[])`,
    [
      importId,
      column('ordinal'),
      column('id'),
      column('title'),
      column('productUrl'),
      column('imageUrl'),
      column('brand'),
      column('description'),
      column('shortDescription'),
      column('reference'),
      column('available'),
      column('price'),
      column('salePrice'),
      dates('saleFrom'),
      dates('saleTo'),
      column('currency'),
      column('categoryId'),
    ],
  );
}
