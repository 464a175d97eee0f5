import type { CategoryAnswers } from './category-answers.ts';
import { type PackedColumns, ProductColumns } from './product-columns.ts';
import { SearchIndex } from './search-index.ts';
import { Vocabulary } from './vocabulary.ts';

/**
 * An index as bytes: one line of JSON that says what follows, then the arrays, each begun at a multiple of 8 so that
 * they can be used where they lie. Categories are not in it: they come from the database.
 */
const ALIGNMENT = 8;
const ARRAYS = [
  'units',
  'offsets',
  'starts',
  'entries',
  'places',
  'hashes',
  'sorted',
  'ends',
  'price',
  'sale',
  'heads',
] as const;
type ArrayName = (typeof ARRAYS)[number];

interface Head extends Pick<PackedColumns, 'count' | 'blocks' | 'prices' | 'saleDates'> {
  key: string;
  /** Bytes of each array. */
  lengths: Record<ArrayName, number>;
}

const padding = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;

const bytesOf = (array: Uint8Array | Uint16Array | Uint32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The pieces to be written one after the other. `key` is asked for again when it is read. */
export function packIndex(index: SearchIndex, key: string): Uint8Array[] {
  const { postings, categoryPlaces, referenceHashes, sortedHashes } = index.parts;
  const { heads, ends, price, sale, ...columns } = index.columns.pack();
  const { units, offsets } = postings.vocabulary.parts;
  const { starts, entries } = postings;
  const single = {
    units,
    offsets,
    starts,
    entries,
    places: categoryPlaces,
    hashes: referenceHashes,
    sorted: sortedHashes,
    ends,
    price,
    sale,
  };
  const arrays = ARRAYS.map((name) => (name === 'heads' ? [...heads] : [bytesOf(single[name])]));
  const sizes = arrays.map((pieces) => pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  const lengths = Object.fromEntries(ARRAYS.map((name, at) => [name, sizes[at]])) as Head['lengths'];
  const head = JSON.stringify({ key, lengths, ...columns } satisfies Head);
  const line = Buffer.from(`${head}${' '.repeat(padding(Buffer.byteLength(head) + 1))}\n`);
  return [line, ...arrays.flatMap((pieces, at) => [...pieces, new Uint8Array(padding(sizes[at] ?? 0))])];
}

/** The index of `bytes`, which must begin at a multiple of 8 and stay as they are. Undefined when they are not `key`'s. */
export function unpackIndex(bytes: Buffer, key: string, categories: CategoryAnswers): SearchIndex | undefined {
  const lineEnd = bytes.indexOf(0x0a);
  const head = lineEnd < 0 ? undefined : (JSON.parse(bytes.toString('utf8', 0, lineEnd)) as Head);
  if (head?.key !== key) return undefined;
  const found = {} as Record<ArrayName, Buffer>;
  let from = lineEnd + 1;
  for (const name of ARRAYS) {
    found[name] = bytes.subarray(from, from + head.lengths[name]);
    from += head.lengths[name] + padding(head.lengths[name]);
  }
  if (from !== bytes.length) return undefined;
  const words32 = (name: ArrayName): Uint32Array =>
    new Uint32Array(found[name].buffer, found[name].byteOffset, found[name].byteLength / 4);
  const units = new Uint16Array(found.units.buffer, found.units.byteOffset, found.units.byteLength / 2);
  const columns = { ...head, ends: words32('ends'), price: words32('price'), sale: words32('sale') };
  return new SearchIndex({
    categories,
    columns: ProductColumns.unpack(columns, found.heads),
    postings: {
      vocabulary: new Vocabulary(units, words32('offsets')),
      starts: words32('starts'),
      entries: words32('entries'),
    },
    categoryPlaces: words32('places'),
    referenceHashes: words32('hashes'),
    sortedHashes: words32('sorted'),
  });
}
