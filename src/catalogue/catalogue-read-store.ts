import type { Sql } from '../persistence/database.ts';
import type { CategoryRow, Placement, ProductRow } from './catalogue-rows.ts';

/** What readers of a catalogue ask the database. Import ids are text: they are 64-bit numbers. */
export interface CatalogueReadStore {
  /** The installations of these ids, with the import that is live now. */
  sites(installationIds: readonly string[]): Promise<SiteRow[]>;
  /** The live imports of active installations, newest first. */
  liveImports(): Promise<{ installationId: string; importId: string }[]>;
  /** What no other import has had, in any database; undefined for one that is gone. */
  identity(importId: string): Promise<string | undefined>;
  /** Those of the ordinals from `from` to before `to`, in feed order. */
  products(importId: string, from: number, to: number): Promise<ProductRow[]>;
  /** The ordinal behind the last product; 0 for an import without any. */
  endOrdinal(importId: string): Promise<number>;
  /** A page in feed order; of all products, or of those directly in one of the categories. */
  productPage(importId: string, page: ProductPage): Promise<ProductRow[]>;
  categories(importId: string): Promise<CategoryRow[]>;
  /** Ids and categories of the ordinals from `from` to before `to` that stand in a category, in feed order. */
  placements(importId: string, from: number, to: number): Promise<Placement[]>;
  /** Rows of replaced imports are removed after a while. */
  hasProducts(importId: string): Promise<boolean>;
}

export interface SiteRow {
  id: string;
  active: boolean;
  locale: string | null;
  currency: string | null;
  connectorVersionId: string | null;
  importId: string | null;
  /** Products of the live import; 0 without one. */
  items: number;
}

export interface ProductPage {
  categoryIds?: readonly string[];
  /**
   * For each word of a search a pattern of PostgreSQL's regular expressions, and the categories whose label has it.
   * All must match.
   */
  words?: readonly { pattern: string; categoryIds: readonly string[] }[];
  limit: number;
  offset: number;
}

const COLUMNS = `ordinal, id, title, product_url AS "productUrl", image_url AS "imageUrl", brand, description,
  short_description AS "shortDescription", reference, available, price, sale_price AS "salePrice",
  (EXTRACT(EPOCH FROM sale_from) * 1000)::float8 AS "saleFrom", (EXTRACT(EPOCH FROM sale_to) * 1000)::float8 AS "saleTo",
  currency, category_id AS "categoryId"`;

export function createCatalogueReadStore(sql: Sql): CatalogueReadStore {
  return {
    sites(installationIds) {
      const statement = `
        SELECT installation.id, active, settings ->> 'locale' AS locale, settings ->> 'currency' AS currency,
               settings ->> 'connectorVersionId' AS "connectorVersionId", live.id::text AS "importId", COALESCE(live.items, 0) AS items
          FROM installation
          LEFT JOIN LATERAL (
            SELECT id, items FROM feed_import
             WHERE installation_id = installation.id AND kind = 'catalogue' AND status = 'live'
             ORDER BY id DESC LIMIT 1) AS live ON true
         WHERE installation.id = ANY($1::text[])`;
      return sql.query<SiteRow>(statement, [installationIds]);
    },
    liveImports() {
      const statement = `
        SELECT installation_id AS "installationId", MAX(feed_import.id)::text AS "importId"
          FROM feed_import JOIN installation ON installation.id = installation_id
         WHERE kind = 'catalogue' AND status = 'live' AND active
         GROUP BY installation_id ORDER BY MAX(feed_import.id) DESC`;
      return sql.query(statement);
    },
    async identity(importId) {
      const statement = `
        SELECT installation_id || ' ' || id || ' ' || EXTRACT(EPOCH FROM started_at) AS identity
          FROM feed_import WHERE id = $1::bigint`;
      return (await sql.query<{ identity: string }>(statement, [importId]))[0]?.identity;
    },
    products(importId, from, to) {
      // Closed on both sides: right after an import the planner knows nothing of the table, and "the next 500 rows"
      // becomes a sort of all of them.
      const statement = `
        SELECT ${COLUMNS} FROM product WHERE import_id = $1::bigint AND ordinal >= $2 AND ordinal < $3 ORDER BY ordinal`;
      return sql.query<ProductRow>(statement, [importId, from, to]);
    },
    async endOrdinal(importId) {
      const statement = `SELECT COALESCE(MAX(ordinal) + 1, 0)::int AS ordinal FROM product WHERE import_id = $1::bigint`;
      return (await sql.query<{ ordinal: number }>(statement, [importId]))[0]?.ordinal ?? 0;
    },
    productPage(importId, { categoryIds, words = [], limit, offset }) {
      const values: unknown[] = [importId, limit, offset];
      const put = (value: unknown): string => `$${values.push(value)}`;
      const conditions = words.map((word) => {
        const pattern = put(word.pattern);
        const labelled = word.categoryIds.length === 0 ? '' : `OR category_id = ANY(${put(word.categoryIds)}::text[])`;
        return `AND (title ~* ${pattern} OR brand ~* ${pattern} OR reference ~* ${pattern}
                     OR description ~* ${pattern} ${labelled})`;
      });
      if (categoryIds !== undefined) conditions.unshift(`AND category_id = ANY(${put(categoryIds)}::text[])`);
      const statement = `
        SELECT ${COLUMNS} FROM product WHERE import_id = $1::bigint ${conditions.join(' ')}
         ORDER BY ordinal LIMIT $2 OFFSET $3`;
      return sql.query<ProductRow>(statement, values);
    },
    categories(importId) {
      const statement = `
        SELECT id, parent_id AS "parentId", label FROM category WHERE import_id = $1::bigint ORDER BY ordinal, id`;
      return sql.query<CategoryRow>(statement, [importId]);
    },
    placements(importId, from, to) {
      const statement = `
        SELECT id, category_id AS "categoryId" FROM product
         WHERE import_id = $1::bigint AND ordinal >= $2 AND ordinal < $3 AND category_id IS NOT NULL ORDER BY ordinal`;
      return sql.query<Placement>(statement, [importId, from, to]);
    },
    async hasProducts(importId) {
      const statement = `SELECT 1 AS one FROM product WHERE import_id = $1::bigint LIMIT 1`;
      return (await sql.query(statement, [importId])).length > 0;
    },
  };
}
