import type { SampleProduct } from './sample-shop.ts';

/** Something wrong in the feed, and what the import must say of it. */
export interface PlantedFlaw {
  line: number;
  id: string | null;
  /** A word the reason must hold. */
  about: string;
  /** The item is of no use; otherwise something of it is left out. */
  rejected: boolean;
}

export interface SampleFeed {
  xml: string;
  flaws: PlantedFlaw[];
  /** What must be live once it is imported. */
  products: SampleProduct[];
}

const HEAD = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">',
  '<channel>',
  '<title>Sklep górski</title>',
  '<link>https://shop.example/</link>',
];

type Fields = Record<string, string | undefined>;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function fieldsOf(product: SampleProduct): Fields {
  const { id, reference, title, brand, category, description, price, sale, available } = product;
  return {
    id,
    title,
    description: `<p>${escaped(description)}</p><ul><li>${escaped(title)}</li></ul>`,
    link: `https://shop.example/p/${id.toLowerCase()}?utm_source=feed&lang=pl`,
    image_link: `https://img.shop.example/${id.toLowerCase()}.jpg`,
    brand,
    mpn: reference,
    availability: available ? 'in stock' : 'out_of_stock',
    price: `${price.toFixed(2)} PLN`,
    sale_price: sale && `${sale.price.toFixed(2)} PLN`,
    sale_price_effective_date: sale?.dates,
    product_type: category.join(' > '),
  };
}

interface Planted extends Pick<PlantedFlaw, 'about' | 'rejected'> {
  change: (fields: Fields, product: SampleProduct) => void;
}

/** What goes wrong in feeds of real shops. */
const FLAWS: readonly Planted[] = [
  { about: 'title', rejected: true, change: (fields) => (fields['title'] = undefined) },
  { about: 'id', rejected: true, change: (fields) => (fields['id'] = undefined) },
  { about: 'link', rejected: true, change: (fields) => (fields['link'] = 'javascript:alert(1)') },
  { about: 'image_link', rejected: true, change: (fields) => (fields['image_link'] = '') },
  { about: 'came before', rejected: true, change: (fields, { id }) => (fields['id'] = id) },
  { about: 'sale_price', rejected: false, change: (fields) => (fields['sale_price'] = '9.90 EUR') },
];

/**
 * The shop as a Google Merchant feed. Items that are of no use are flawed copies of good ones under an id of their own;
 * one good item has a sale price in another currency, which must be left out.
 */
export function sampleFeed(products: readonly SampleProduct[]): SampleFeed {
  const lines = [...HEAD];
  const flaws: PlantedFlaw[] = [];
  const live: SampleProduct[] = [];
  const write = (fields: Fields): number => {
    const line = lines.push('<item>');
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) lines.push(`<g:${name}>${escaped(value)}</g:${name}>`);
    }
    lines.push('</item>');
    return line;
  };
  const every = Math.floor(products.length / (FLAWS.length + 1));
  products.forEach((product, index) => {
    const planted = FLAWS[(index + 1) / every - 1];
    const { sale, ...withoutSale } = product;
    live.push(sale && planted?.rejected === false ? withoutSale : product);
    if (planted?.rejected !== false) write(fieldsOf(product));
    if (!planted) return;
    const { change, about, rejected } = planted;
    const fields: Fields = { ...fieldsOf(product), ...(rejected && { id: `COPY-${index}` }) };
    change(fields, product);
    flaws.push({ line: write(fields), id: fields['id'] ?? null, about, rejected });
  });
  lines.push('</channel>', '</rss>', '');
  return { xml: lines.join('\n'), flaws, products: live };
}
