import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCataloguePages } from '../../src/catalogue/catalogue-pages.ts';
import { readCatalogueQuery } from '../../src/catalogue/catalogue-query.ts';
import { createCatalogueReadStore } from '../../src/catalogue/catalogue-read-store.ts';
import { createCatalogueSites } from '../../src/catalogue/catalogue-sites.ts';
import { createIndexCache } from '../../src/catalogue/index-cache.ts';
import { createCatalogue } from '../../src/compose-catalogue.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { watchedLog } from '../support/leak-watch.ts';
import { productRow, putLiveCatalogue } from '../support/live-catalogue.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { testConfig } from '../support/test-environment.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  for (const website of [1, 2, 3]) {
    await database.query(
      `INSERT INTO installation (id, platform, website_id, label, settings, secrets) VALUES ($1, 'ha', $2, '', '{}', '')`,
      [`ha-${website}`, website],
    );
    const products = [
      productRow(0, { title: 'Œuvre d’été (20%)', categoryId: '2' }),
      productRow(1, { title: 'Łampa', description: 'Straße' }),
      productRow(2, { title: 'Lampadaire', categoryId: '1', brand: 'Été' }),
    ];
    const categories = [
      { id: '1', parentId: null, label: 'Möbel' },
      { id: '2', parentId: '1', label: 'Kunst' },
    ];
    await putLiveCatalogue(database, `ha-${website}`, products, categories);
  }
});
afterAll(() => database.close());

function pagesWithin(mostBytes: number) {
  const store = createCatalogueReadStore(database);
  const indexes = createIndexCache({ store, mostBytes });
  const pages = createCataloguePages({ store, sites: createCatalogueSites(store, 'ha'), indexes });
  const idsOf = async (website: number, parameters: Record<string, string>): Promise<string[]> => {
    const answer = await pages.products(readCatalogueQuery({ idWebsite: String(website), ...parameters }));
    return (JSON.parse(answer.toString()) as { id: string }[]).map(({ id }) => id);
  };
  return { pages, indexes, idsOf };
}

test.each([
  [{}, ['p0', 'p1', 'p2']],
  [{ offset: '1', limit: '1' }, ['p1']],
  [{ idCategory: '1' }, ['p0', 'p2']],
  [{ searchQuery: 'oeuvre' }, ['p0']],
  [{ searchQuery: 'ÉTÉ' }, ['p0', 'p2']],
  [{ searchQuery: 'lamp' }, ['p1', 'p2']],
  [{ searchQuery: 'lamp ete' }, []],
  [{ searchQuery: 'lampadaire ete' }, ['p2']],
  [{ searchQuery: 'strasse' }, ['p1']],
  [{ searchQuery: 'mobel' }, ['p0', 'p2']],
  [{ searchQuery: 'mobel lampadaire', idCategory: '2' }, []],
  [{ searchQuery: '20%' }, ['p0']],
])('Over the memory limit the database answers %j as the index does', async (parameters, ids) => {
  expect(await pagesWithin(1).idsOf(1, parameters)).toEqual(ids);
  expect(await pagesWithin(1e9).idsOf(1, parameters)).toEqual(ids);
});

test('All indexes together stay within the limit, and what had to go is found again', async () => {
  const { idsOf, indexes } = pagesWithin(1e9);
  await idsOf(1, { searchQuery: 'lamp' });
  const { bytes } = indexes.measure();
  const small = pagesWithin(bytes * 2.5);
  for (const website of [1, 2, 1, 3]) await small.idsOf(website, { searchQuery: 'lamp' });
  expect(small.indexes.measure().bytes).toBeLessThanOrEqual(bytes * 2.5);
  expect(small.indexes.measure().indexes).toBeGreaterThan(0);
  expect(await small.idsOf(2, { searchQuery: 'lamp' })).toEqual(['p1', 'p2']);
});

test('Requests that come while an index is loaded share one loading', async () => {
  let reads = 0;
  const store = createCatalogueReadStore({
    query: (text, values) => {
      if (text.includes('ordinal >= ')) reads += 1;
      return database.query(text, values);
    },
  });
  const indexes = createIndexCache({ store, mostBytes: 1e9 });
  const pages = createCataloguePages({ store, sites: createCatalogueSites(store, 'ha'), indexes });
  await Promise.all(
    Array.from({ length: 20 }, () => pages.products(readCatalogueQuery({ idWebsite: '1', searchQuery: 'x' }))),
  );
  expect(reads).toBe(2);
});

test('A catalogue that does not fit is told to the log, once for its import', async () => {
  const { stream, lines } = watchedLog();
  const logger = createLogger({ level: 'info', stream });
  const catalogue = createCatalogue(database, { ...testConfig(), CATALOGUE_MEMORY_MB: 0 }, logger);
  const [{ id } = { id: '' }] = await database.query<{ id: string }>(
    `SELECT id::text FROM feed_import WHERE installation_id = 'ha-1'`,
  );
  await catalogue.prepare('ha-1', id);
  await catalogue.prepare('ha-1', id);
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({
      event: 'catalogue-index-too-large',
      level: 'warn',
      installationId: 'ha-1',
      importId: id,
    }),
  ]);
  expect(catalogue.measure()).toEqual({ indexes: 0, bytes: 0 });
});
