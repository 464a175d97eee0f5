/** Names of one thing in the feeds people have, best first. Compared without prefix, case, "_", "-" and spaces. */
const PRODUCT_FIELDS = {
  id: ['id', 'itemid', 'offerid', 'productid', 'sku'],
  title: ['title', 'name', 'productname'],
  link: ['link', 'url', 'producturl', 'productlink'],
  imageLink: ['imagelink', 'image', 'imageurl', 'picture', 'additionalimagelink'],
  brand: ['brand', 'manufacturer', 'vendor'],
  description: ['description', 'summary', 'content', 'longdescription'],
  shortDescription: ['shortdescription'],
  availability: ['availability', 'available', 'instock', 'stockstatus'],
  price: ['price'],
  salePrice: ['saleprice', 'specialprice', 'promotionprice'],
  saleDates: ['salepriceeffectivedate'],
  currency: ['currency', 'pricecurrency'],
  mpn: ['mpn'],
  gtin: ['gtin', 'ean', 'gtin13', 'upc', 'isbn', 'barcode'],
  productType: ['producttype', 'producttypes', 'category', 'categories', 'categorypath'],
  googleCategory: ['googleproductcategory'],
} as const;

export type ProductField = keyof typeof PRODUCT_FIELDS;
export type ProductFields = Partial<Record<ProductField, string>>;

const PLACES = new Map<string, { field: ProductField; rank: number }>(
  Object.entries(PRODUCT_FIELDS).flatMap(([field, names]) =>
    names.map((name, rank) => [name, { field: field as ProductField, rank }] as const),
  ),
);

/** A feed has some dozens of names; a JSON feed that invents one for every item must not fill the memory. */
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, { field: ProductField; rank: number } | undefined>();

function placeOf(name: string): { field: ProductField; rank: number } | undefined {
  if (remembered.has(name)) return remembered.get(name);
  const place = PLACES.get(bareName(name));
  if (remembered.size < MAX_REMEMBERED) remembered.set(name, place);
  return place;
}

/** "g:image_link", "imageLink" and "Image Link" are one name. */
export const bareName = (name: string): string =>
  name
    .replace(/^[a-z]+:/i, '')
    .toLowerCase()
    .replace(/[\s_-]/g, '');

/** The product's fields among an item's, under our names. */
export function productFieldsOf(fields: ReadonlyMap<string, string>): ProductFields {
  const found: ProductFields = {};
  const ranks: Partial<Record<ProductField, number>> = {};
  for (const [name, value] of fields) {
    const place = placeOf(name);
    if (!place || (ranks[place.field] ?? Infinity) <= place.rank) continue;
    found[place.field] = value;
    ranks[place.field] = place.rank;
  }
  return found;
}
