import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCatalogueReadStore } from '../../src/catalogue/catalogue-read-store.ts';
import { arrangeCategories } from '../../src/catalogue/category-answers.ts';
import { createIndexFiles, INDEX_FORMAT, type IndexFiles } from '../../src/catalogue/index-files.ts';
import { type BuiltIndex, createIndexCache } from '../../src/catalogue/index-cache.ts';
import { packIndex } from '../../src/catalogue/packed-index.ts';
import type { SearchIndex } from '../../src/catalogue/search-index.ts';
import { generateCatalogue, searchTerm } from '../bench/generated-catalogue.ts';
import { eventually } from '../support/eventually.ts';
import { productRow } from '../support/live-catalogue.ts';
import { pluginGet } from '../support/plugin-call.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { rssOf } from './feed-world.ts';
import { idsOf, indexOf, storeOf } from './search-world.ts';

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-index-'));
});
afterEach(() => fs.rm(folder, { recursive: true }));

describe('An index on disk', () => {
  const { products, categories } = generateCatalogue(1_500, 7);
  const sale = { salePrice: '5.00', saleFrom: Date.UTC(2026, 0, 1), saleTo: null };
  const rows = [
    ...products,
    productRow(1_500, { title: 'Żółta lampa 🛋️', ...sale }),
    productRow(1_501, { price: null }),
  ];
  const arranged = arrangeCategories(categories, []);
  let index: SearchIndex;
  beforeAll(async () => {
    index = await indexOf(rows, categories);
  });
  const answers = (of: SearchIndex): string[] =>
    [...Array.from({ length: 60 }, (_, number) => searchTerm(number)), 'zolta lampa', 'canpae', ''].flatMap((search) =>
      [0, Date.UTC(2026, 5, 1)].map((now) =>
        of.columns.answer(of.page({ search }, 0, 50), { locale: 'fr-FR', currency: 'EUR' }, now).toString(),
      ),
    );

  test('answers everything as the one that was built', async () => {
    const files = createIndexFiles(folder);
    await files.save('12', 'key', index);
    const loaded = await files.load('12', 'key', arranged);
    expect(loaded && answers(loaded)).toEqual(answers(index));
    expect(loaded?.bytes).toBe(index.bytes);
    const chairs = { categoryId: categories[0]!.id, search: 'rouge' };
    expect([...Array.from(loaded!.page(chairs, 0, 20))]).toEqual([...Array.from(index.page(chairs, 0, 20))]);
  });

  test('is not taken for another import, nor when it is cut or broken', async () => {
    const files = createIndexFiles(folder);
    await files.save('12', 'key', index);
    const file = path.join(folder, '12.index');
    expect(await files.load('12', 'other key', arranged)).toBeUndefined();
    expect(await files.load('13', 'key', arranged)).toBeUndefined();
    await fs.truncate(file, (await fs.stat(file)).size - 8);
    expect(await files.load('12', 'key', arranged)).toBeUndefined();
    await fs.writeFile(file, 'no index');
    expect(await files.load('12', 'key', arranged)).toBeUndefined();
  });

  test('leaves when its import is not live any more', async () => {
    const files = createIndexFiles(folder);
    for (const id of ['1', '2', '3']) await files.save(id, 'key', index);
    await files.keepOnly((id) => id === '2');
    expect(await fs.readdir(folder)).toEqual(['2.index']);
  });

  test('has a format number that changes when its content does', () => {
    const hash = createHash('sha256');
    for (const piece of packIndex(index, 'key')) hash.update(piece);
    // If this differs, raise INDEX_FORMAT: files of the old kind must not be read any more. Then put both here.
    expect({ format: INDEX_FORMAT, hash: hash.digest('hex').slice(0, 16) }).toEqual({
      format: 2,
      hash: '287a0b238c7c2050',
    });
  });
});

test('A cache that closes waits for the copy that is being written, and begins no other', async () => {
  const store = { ...storeOf([productRow(0, { id: 'p0' })]), identity: async () => 'one', liveImports: async () => [] };
  const saving: string[] = [];
  let finish = (): void => undefined;
  const files: IndexFiles = {
    load: async () => undefined,
    save(importId) {
      saving.push(importId);
      return new Promise((resolve) => (finish = resolve));
    },
    keepOnly: async () => undefined,
  };
  const cache = createIndexCache({ store, mostBytes: 1e9, files });
  await cache.open('ha-1', '1').index;
  let isClosed = false;
  const closing = cache.close().then(() => (isClosed = true));
  await cache.open('ha-1', '2').index;
  expect([saving, isClosed]).toEqual([['1'], false]);
  finish();
  await closing;
  expect(saving).toEqual(['1']);
});

describe('A service', () => {
  interface BuiltLine {
    event: string;
    fromFile?: boolean;
    outcome?: string;
  }
  const lines = (logs: string): BuiltLine[] =>
    logs.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as BuiltLine]));
  let service: TestService | undefined;
  afterAll(() => service?.stop());

  test('has the index before the import is live, and keeps a copy of it', async () => {
    service = await startTestService({ DATA_DIR: folder });
    const { admin, url, logs } = service;
    await admin('POST', '/installations', { platform: 'ha', websiteId: 5, label: 'Shop' });
    const answer = await fetch(`${url}/admin/api/installations/ha-5/catalogue`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      body: rssOf(30),
    });
    expect(answer.status).toBe(202);
    const seen = await eventually(
      async () => lines(logs()).filter(({ event }) => event === 'catalogue-index-built' || event === 'feed-import'),
      (found) => found.length === 2,
    );
    expect(seen).toEqual([
      expect.objectContaining({ event: 'catalogue-index-built', fromFile: false }),
      expect.objectContaining({ event: 'feed-import', outcome: 'live' }),
    ]);
    await eventually(
      () => fs.readdir(path.join(folder, 'indexes')),
      (names) => names.some((name) => name.endsWith('.index')),
    );
    const found = await pluginGet(url, '/iadvize/products', { idWebsite: 'ha-5', searchQuery: 'product 7' });
    expect(found.body).toEqual([expect.objectContaining({ id: 'p7' })]);

    // What the next process does with it.
    const store = createCatalogueReadStore(service.database);
    const built: BuiltIndex[] = [];
    const files = createIndexFiles(path.join(folder, 'indexes'));
    const cache = createIndexCache({ store, mostBytes: 1e9, files, onBuilt: (one) => void built.push(one) });
    const [live] = await store.liveImports();
    const index = await cache.open('ha-5', live!.importId).index;
    expect(built).toEqual([expect.objectContaining({ installationId: 'ha-5', products: 30, fromFile: true })]);
    expect(typeof index !== 'string' && idsOf(index, { search: 'product 7' })).toEqual(['p7']);
  });
});
