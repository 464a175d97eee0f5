/** A product as it is stored. */
export interface ProductRow {
  ordinal: number;
  id: string;
  title: string;
  productUrl: string;
  imageUrl: string;
  brand: string | null;
  description: string;
  shortDescription: string | null;
  reference: string;
  available: boolean | null;
  /** Major units as decimal text. */
  price: string | null;
  salePrice: string | null;
  /** Milliseconds since 1970: the sale price holds from `saleFrom` to `saleTo`; null = no limit on that side. */
  saleFrom: number | null;
  saleTo: number | null;
  currency: string | null;
  categoryId: string | null;
}

/** A category as it is stored. */
export interface CategoryRow {
  id: string;
  parentId: string | null;
  label: string;
}

/** Where a product stands. */
export interface Placement {
  id: string;
  categoryId: string;
}

/** The products that stand directly in a category. */
export interface ListedIds {
  categoryId: string;
  count: number;
  /** In feed order; empty where there are too many to list. */
  ids: string[];
}
