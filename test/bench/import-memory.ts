import os from 'node:os';
import path from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { createFeedImports, type ImportRequest } from '../../src/catalogue/feed-imports.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { openDatabase } from '../../src/persistence/open-database.ts';

/**
 * Imports a generated Google Merchant feed and prints time and peak memory:
 *   /usr/bin/time -v node --import tsx test/bench/import-memory.ts [megabytes=1000]
 * DATABASE_URL set: PostgreSQL, a database that may be filled; unset: embedded, in a temporary folder.
 */
const MEGABYTE = 1024 * 1024;
const ITEMS_PER_CHUNK = 50;
const FILLER = 'A description of some length, as shops write it &amp; as &lt;b&gt;people&lt;/b&gt; read it. '.repeat(8);

const item = (number: number): string => `<item><g:id>sku-${number}</g:id><g:title>Product number ${number}</g:title>
<g:link>https://shop.example/p/${number}</g:link><g:image_link>https://shop.example/i/${number}.jpg</g:image_link>
<g:description>${number} ${FILLER}</g:description><g:brand>Brand ${number % 500}</g:brand>
<g:price>${(number % 1000) + 0.5} EUR</g:price><g:availability>in_stock</g:availability><g:mpn>MPN${number}</g:mpn>
<g:product_type>Shop &gt; Group ${number % 40} &gt; Shelf ${number % 2000}</g:product_type></item>
`;

async function* feedOf(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>');
  let number = 0;
  for (let sent = 0; sent < bytes;) {
    const chunk = Buffer.from(Array.from({ length: ITEMS_PER_CHUNK }, () => item((number += 1))).join(''));
    sent += chunk.length;
    yield chunk;
  }
  yield Buffer.from('</channel></rss>');
}

async function main(): Promise<void> {
  const megabytes = Number(process.argv[2] ?? 1_000);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'import-memory-'));
  const database = await openDatabase({ databaseUrl: process.env['DATABASE_URL'], dataDir: folder });
  const http = createHttpClient({ allowPrivateAddresses: false });
  const id = 'ha-999999';
  await database.query(
    `INSERT INTO installation (id, platform, website_id, label, settings, secrets)
     VALUES ($1, 'ha', 999999, 'Bench', '{}', '') ON CONFLICT DO NOTHING`,
    [id],
  );
  const installation = { settings: { catalogue: undefined } };
  const imports = createFeedImports({
    connections: 4,
    database,
    http,
    installations: { find: async () => installation as never },
    logger: createLogger({ level: 'warn' }),
    onLive: () => undefined,
  });
  const before = process.memoryUsage.rss();
  const startedAt = performance.now();
  const limit = megabytes * 2 * MEGABYTE;
  const from: ImportRequest['from'] = {
    bytes: feedOf(megabytes * MEGABYTE),
    limits: { maxBytes: limit, maxInflatedBytes: limit },
    close: () => undefined,
  };
  const started = await imports.start({
    installationId: id,
    kind: 'catalogue',
    source: 'api',
    allowShrink: true,
    from,
  });
  await started?.done;
  const seconds = (performance.now() - startedAt) / 1000;
  const outcome = await imports.store.latest({ installationId: id, kind: 'catalogue' });
  // Linux counts in kibibytes; the highest value since the process began.
  const peak = process.resourceUsage().maxRSS / 1024;
  const items = outcome?.items ?? 0;
  process.stdout.write(
    `${database.kind}: ${outcome?.status} ${outcome?.detail ?? ''} ${items} items, ${megabytes} MiB in ${seconds.toFixed(1)} s ` +
      `(${Math.round(items / seconds)} items/s); RSS before ${Math.round(before / MEGABYTE)} MiB, peak ${Math.round(peak)} MiB\n`,
  );
  await imports.stop();
  http.close();
  await database.close();
  await rm(folder, { recursive: true });
}

await main();
