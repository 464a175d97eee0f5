import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FeedFailure } from '../../src/catalogue/feed-failure.ts';
import { FEED_FORMATS, type FeedFormat, type FeedItem } from '../../src/catalogue/raw-item.ts';
import { readFeed } from '../../src/catalogue/read-feed.ts';

const LIMITS = { maxBytes: 10 * 1024 * 1024, maxInflatedBytes: 10 * 1024 * 1024 };

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Reading {
  format?: FeedFormat;
  contentType?: string;
  chunk?: number;
  limits?: typeof LIMITS;
}

/** Items as `[line, fields]`, unreadable ones as `[line, reason]`. */
async function read(feed: string | Uint8Array, { chunk = 7, limits = LIMITS, ...given }: Reading = {}) {
  const bytes = typeof feed === 'string' ? Buffer.from(feed) : feed;
  const source = inChunks(bytes, chunk);
  const items: [number, Record<string, string> | string][] = [];
  const reading = {
    source,
    ...given,
    accepted: FEED_FORMATS,
    list: 'first' as const,
    limits,
    onBytes: () => undefined,
  };
  for await (const item of readFeed(reading)) items.push([item.line, contentOf(item)]);
  return items;
}

const contentOf = (item: FeedItem) => ('reason' in item ? item.reason : Object.fromEntries(item.fields));

async function failureOf(feed: string | Uint8Array, reading?: Reading): Promise<FeedFailure> {
  const outcome = await read(feed, reading).catch((error: unknown) => error);
  if (outcome instanceof FeedFailure) return outcome;
  throw new Error('expected a FeedFailure', { cause: outcome });
}

const RSS = `<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">
<channel>
  <title>Example shop</title>
  <item>
    <title>Plain title</title>
    <g:title>Café &amp; thé&nbsp;set</g:title>
    <link>https://shop.example/1</link>
    <g:id>SKU-1</g:id>
    <g:description><![CDATA[<p>A <b>set</b></p>]]></g:description>
    <g:shipping><g:country>FR</g:country><g:price>4.90 EUR</g:price></g:shipping>
    <g:price>12.90 EUR</g:price>
    <g:additional_image_link>https://shop.example/2.jpg</g:additional_image_link>
    <g:additional_image_link>https://shop.example/3.jpg</g:additional_image_link>
  </item>
  <item><g:id>SKU-2</g:id></item>
</channel>
</rss>`;

describe('Google Merchant XML', () => {
  test('RSS 2.0: prefixed names win, nested prices do not count, HTML entities are known', async () => {
    expect(await read(RSS)).toEqual([
      [
        5,
        {
          title: 'Café & thé\u00a0set',
          link: 'https://shop.example/1',
          id: 'SKU-1',
          description: '<p>A <b>set</b></p>',
          price: '12.90 EUR',
          additional_image_link: 'https://shop.example/2.jpg',
        },
      ],
      [16, { id: 'SKU-2' }],
    ]);
  });

  test('Atom: the link is an attribute, its own id is not the product’s', async () => {
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<id>tag:shop</id><entry><id>tag:shop,1</id><g:id>A1</g:id><title>Lamp</title>
<link rel="self" href="https://shop.example/atom/1"/><link href="https://shop.example/lamp"/><summary>Bright</summary>
</entry></feed>`;
    expect(await read(atom)).toEqual([
      [2, { id: 'A1', title: 'Lamp', link: 'https://shop.example/lamp', summary: 'Bright' }],
    ]);
  });

  test('a prefix that nobody declared', async () => {
    const feed = '<rss><channel><item><g:id>1</g:id></item></channel></rss>';
    expect(await read(feed)).toEqual([[1, { id: '1' }]]);
  });

  test.each([
    ['not closed', RSS.slice(0, -20), 'truncated'],
    ['cut in the middle of an item', RSS.slice(0, 500), 'truncated'],
    ['cut in the middle of a tag', RSS.slice(0, RSS.indexOf('shipping>') + 3), 'truncated'],
    ['tags crossed', '<rss><item><g:id>1</item></g:id></rss>', 'broken'],
  ])('%s', async (_what, feed, code) => {
    expect(await failureOf(feed)).toMatchObject({ code });
  });

  test('one text without an end is not held for ever', async () => {
    const feed = `<rss><item><title>${'x'.repeat(6 * 1024 * 1024)}`;
    expect(await failureOf(feed, { chunk: 65_536 })).toMatchObject({ code: 'item-too-large' });
  });

  test('entities that explode are not expanded', async () => {
    const feed = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><rss><item><g:id>&b;</g:id></item></rss>`;
    expect(await failureOf(feed)).toMatchObject({ code: 'broken' });
  });
});

describe('CSV and TSV', () => {
  test('quotes, line breaks in values, short rows, a BOM, a row that is too long', async () => {
    const feed = '\ufeffid,title,description\r\n1,"A ""big"" lamp","two\nlines"\r\n2,Short\r\n3,a,b,c\r\n4,d,e\r\n';
    expect(await read(feed)).toEqual([
      [2, { id: '1', title: 'A "big" lamp', description: 'two\nlines' }],
      [4, { id: '2', title: 'Short' }],
      [5, 'the row has 4 columns, the header 3'],
      [6, { id: '4', title: 'd', description: 'e' }],
    ]);
  });

  test.each([
    [';', 'id;title;price\n1;Lampe, rot;12,90 EUR\n'],
    ['|', 'id|title|price\n1|Lampe, rot|12,90 EUR\n'],
    ['\t', 'id\ttitle\tprice\n1\tLampe, rot\t12,90 EUR\n'],
  ])('separated by %j', async (_delimiter, feed) => {
    expect(await read(feed)).toEqual([[2, { id: '1', title: 'Lampe, rot', price: '12,90 EUR' }]]);
  });

  test('a quote that is never closed', async () => {
    expect(await failureOf('id,title\n1,"open\n2,b\n')).toMatchObject({ code: 'truncated' });
  });
});

describe('JSON and NDJSON', () => {
  const items = [
    { id: 1, title: 'A', price: { value: '9.90', currency: 'EUR' }, productTypes: ['X > Y', 'Z'], inStock: true },
    { id: 2, title: 'B', nested: { deep: [1] }, none: null },
  ];
  const expected = [
    { id: '1', title: 'A', price: '9.90 EUR', productTypes: 'X > Y', inStock: 'true' },
    { id: '2', title: 'B' },
  ];

  test.each([
    ['an array', JSON.stringify(items)],
    ['products', JSON.stringify({ version: 1, meta: { items: [], products: [1] }, products: items, more: [1] })],
    ['items', JSON.stringify({ items })],
    ['data, printed over lines', JSON.stringify({ data: items }, null, 2)],
    ['lines', items.map((item) => JSON.stringify(item)).join('\n')],
  ])('%s', async (_what, feed) => {
    expect((await read(feed)).map(([, item]) => item)).toEqual(expected);
  });

  test('lines of items and of what is no item', async () => {
    expect(await read('[\n{"id": 1},\n"text",\n[2],\n{"id": 3}\n]')).toEqual([
      [2, { id: '1' }],
      [3, 'is not an object'],
      [4, 'is not an object'],
      [5, { id: '3' }],
    ]);
    expect(await read('{"id": 1}\n{broken\n\n7\n{"id": 4}')).toEqual([
      [1, { id: '1' }],
      [2, 'is not valid JSON'],
      [4, 'is not an object'],
      [5, { id: '4' }],
    ]);
  });

  test.each([
    ['an array without its end', '[{"id": 1}, {"id": 2}', 'truncated'],
    ['an object without its end', '{"products": [{"id": 1}]', 'truncated'],
    ['a last line without its end', '{"id": 1}\n{"id": 2}\n{"id"', 'truncated'],
    ['what is not JSON', '[{"id": 1}, nonsense that goes on and on]', 'broken'],
  ])('%s', async (_what, feed, code) => {
    expect(await failureOf(feed)).toMatchObject({ code });
  });
});

describe('Bytes', () => {
  const csv = 'id,title\n1,Café à la crème\n';
  const expected = [[2, { id: '1', title: 'Café à la crème' }]];

  test.each([
    ['latin-1 announced by the server', Buffer.from(csv, 'latin1'), 'text/csv; charset=ISO-8859-1'],
    ['windows-1252 that nobody announced', Buffer.from(csv, 'latin1'), undefined],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${csv}`, 'utf16le'), undefined],
    ['gzip', gzipSync(csv), undefined],
  ])('%s', async (_what, bytes, contentType) => {
    expect(await read(bytes, { ...(contentType !== undefined && { contentType }) })).toEqual(expected);
  });

  test('latin-1 by the XML declaration', async () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><rss><item><g:title>Café</g:title></item></rss>';
    expect(await read(Buffer.from(xml, 'latin1'))).toEqual([[1, { title: 'Café' }]]);
  });

  test.each([
    ['a gzip that was cut', gzipSync(csv.repeat(50)).subarray(0, -12), 'truncated'],
    ['a gzip that was damaged', Buffer.concat([gzipSync(csv).subarray(0, -8), Buffer.alloc(8, 0xff)]), 'broken'],
    ['nothing', Buffer.alloc(0), 'empty'],
    ['white space', Buffer.from('\n \n'), 'empty'],
    ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), 'unknown-format'],
    ['an archive', Buffer.from('PK\u0003\u0004 …'), 'unknown-format'],
    ['prose', Buffer.from('nothing of use here'), 'unknown-format'],
    ['a character set of nobody', Buffer.from('<?xml version="1.0" encoding="klingon"?><rss/>'), 'unknown-format'],
  ])('%s', async (_what, bytes, code) => {
    expect(await failureOf(bytes)).toMatchObject({ code });
  });

  test('a gzip that is a bomb', async () => {
    const limits = { maxBytes: 1024 * 1024, maxInflatedBytes: 100_000 };
    const bomb = gzipSync(`id,title\n${'1,some title of some length\n'.repeat(100_000)}`);
    expect(await failureOf(bomb, { limits, chunk: 1_000 })).toMatchObject({ code: 'too-large' });
  });

  test('more bytes than allowed', async () => {
    const limits = { maxBytes: 10, maxInflatedBytes: 100 };
    expect(await failureOf(csv, { limits })).toMatchObject({ code: 'too-large' });
  });

  test('the format that was set is believed', async () => {
    expect(await read('id\n1\n', { format: 'csv' })).toEqual([[2, { id: '1' }]]);
  });
});
