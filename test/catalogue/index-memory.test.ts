import { expect, test } from '@jest/globals';
import { createIndexCache, type IndexCache } from '../../src/catalogue/index-cache.ts';
import { generateCatalogue } from '../bench/generated-catalogue.ts';
import { idsOf, indexOf, storeOf } from './search-world.ts';

const { products, categories } = generateCatalogue(2_500, 5);
const IMPORTS = ['1', '2', '3', '4', '5'];
/** A build notices that it is too much one step later. */
const STEP_BYTES = 500_000;
const PATIENCE_MS = 90_000;

interface Watched {
  cache: IndexCache;
  /** Does `work`, and tells the most that the cache took meanwhile. */
  most<Result>(work: () => Promise<Result>): Promise<{ result: Result; bytes: number }>;
}

/** A cache over a store in which every import is the same. */
function watched(mostBytes: number): Watched {
  const cache = createIndexCache({
    store: { ...storeOf(products), categories: async () => categories },
    mostBytes,
  });
  return {
    cache,
    async most(work) {
      let [bytes, isOver] = [0, false];
      const look = (): void => {
        bytes = Math.max(bytes, cache.measure().bytes);
        if (!isOver) setImmediate(look);
      };
      look();
      const result = await work().finally(() => (isOver = true));
      return { result, bytes };
    },
  };
}

/** What the cache takes at most while it builds one index alone. */
async function mostAlone(): Promise<number> {
  const { cache, most } = watched(Infinity);
  return (await most(() => cache.open('ha-1', '1').index)).bytes;
}

const openAll = (cache: IndexCache) => Promise.all(IMPORTS.map((id) => cache.open(`ha-${id}`, id).index));

test(
  'Indexes that are built at the same time stay within the limit together',
  async () => {
    const limit = (await mostAlone()) * 1.5;
    const { cache, most } = watched(limit);
    const { result, bytes } = await most(() => openAll(cache));
    const outcomes = result.map((index) => (typeof index === 'string' ? index : 'built'));
    expect(outcomes[0]).toBe('built');
    expect(outcomes).toContain('no-room');
    expect(outcomes).not.toContain('too-large');
    expect(bytes).toBeLessThan(limit + IMPORTS.length * STEP_BYTES);

    for (const id of IMPORTS) {
      const index = await cache.open(`ha-${id}`, id).index;
      expect(typeof index !== 'string' && idsOf(index, { search: products[17]!.reference })).toEqual(['p17']);
      expect(cache.measure().bytes).toBeLessThanOrEqual(limit);
    }
  },
  PATIENCE_MS,
);

test(
  'Where there is room for all, all are built, and each takes only itself once it is',
  async () => {
    const { cache } = watched(Infinity);
    const indexes = await openAll(cache);
    const { bytes } = await indexOf(products, categories);
    expect(indexes.filter((index) => typeof index === 'string')).toEqual([]);
    expect(cache.measure()).toEqual({ indexes: IMPORTS.length, bytes: IMPORTS.length * bytes });
  },
  PATIENCE_MS,
);

test(
  'What building takes is counted while it lasts',
  async () => {
    const { bytes } = await indexOf(products, categories);
    expect(await mostAlone()).toBeGreaterThanOrEqual(bytes);
    const { cache, most } = watched(Infinity);
    await cache.open('ha-1', '1').index;
    expect((await most(() => cache.open('ha-2', '2').index)).bytes).toBeGreaterThan(1.5 * bytes);
  },
  PATIENCE_MS,
);

test(
  'To make room, the index used longest ago goes first',
  async () => {
    const { bytes } = await indexOf(products, categories);
    // Room for three beside the one that is being built.
    const { cache } = watched((await mostAlone()) + 3.5 * bytes);
    for (const id of IMPORTS) {
      await cache.open(`ha-${id}`, id).index;
      await cache.open('ha-1', '1').index;
    }
    expect(IMPORTS.map((id) => cache.isReady(id))).toEqual([true, false, true, true, true]);
  },
  PATIENCE_MS,
);
