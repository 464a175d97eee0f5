import type { CatalogueReadStore } from './catalogue-read-store.ts';
import { arrangeCategories, type CategoryAnswers, MOST_LISTED } from './category-answers.ts';
import { buildIndex, IndexTooLarge } from './index-builder.ts';
import type { SearchIndex } from './search-index.ts';

/** One import in memory, or on its way there. */
export interface CachedImport {
  installationId: string;
  importId: string;
  /** There before the index: it is a small part of the work. */
  categories: Promise<CategoryAnswers>;
  /** `too-large`: it does not fit into the memory limit, answers come from the database. */
  index: Promise<SearchIndex | 'too-large'>;
  /** The index once it is there. */
  ready: SearchIndex | 'too-large' | undefined;
}

export interface IndexCache {
  /** The import, loaded on first use; all who ask meanwhile share one loading. */
  open(installationId: string, importId: string): CachedImport;
  /** The newest import of this installation that is in memory; undefined while there is none. */
  newestReady(installationId: string): CachedImport | undefined;
  /** Whether the import is in memory, ready to answer. */
  isReady(importId: string): boolean;
  /** An import that was replaced leaves the memory, unless `isPinned` says that somebody still pages through it. */
  dropReplaced(installationId: string, liveImportId: string, isPinned: (importId: string) => boolean): void;
  /** Indexes in memory and what they take, in bytes. */
  measure(): { indexes: number; bytes: number };
}

export interface IndexCacheOptions {
  store: CatalogueReadStore;
  /** Over all installations. */
  mostBytes: number;
  onBuilt?: (built: { installationId: string; products: number; bytes: number; ms: number }) => void;
}

/** Keeps the indexes used last, up to a limit of memory. */
export function createIndexCache({ store, mostBytes, onBuilt }: IndexCacheOptions): IndexCache {
  // In the order of their last use: a Map keeps the order of insertion.
  const imports = new Map<string, CachedImport>();
  const bytesOf = ({ ready }: CachedImport): number => (ready === undefined || ready === 'too-large' ? 0 : ready.bytes);

  function total(): number {
    return [...imports.values()].reduce((sum, cached) => sum + bytesOf(cached), 0);
  }

  function makeRoom(kept: CachedImport): void {
    let bytes = total();
    for (const cached of imports.values()) {
      if (bytes <= mostBytes) return;
      if (cached === kept || bytesOf(cached) === 0) continue;
      imports.delete(cached.importId);
      bytes -= bytesOf(cached);
    }
  }

  async function build(cached: CachedImport): Promise<SearchIndex | 'too-large'> {
    const startedAt = performance.now();
    const { installationId, importId } = cached;
    try {
      const index = await buildIndex(store, importId, await cached.categories, mostBytes);
      cached.ready = index;
      makeRoom(cached);
      const ms = Math.round(performance.now() - startedAt);
      onBuilt?.({ installationId, products: index.columns.count, bytes: index.bytes, ms });
      return index;
    } catch (error) {
      if (error instanceof IndexTooLarge) return (cached.ready = 'too-large');
      // The next request tries again.
      if (imports.get(importId) === cached) imports.delete(importId);
      throw error;
    }
  }

  async function loadCategories(importId: string): Promise<CategoryAnswers> {
    const listed = await store.idsByCategory(importId, MOST_LISTED);
    return arrangeCategories(await store.categories(importId), listed);
  }

  return {
    open(installationId, importId) {
      const known = imports.get(importId);
      if (known) {
        imports.delete(importId);
        imports.set(importId, known);
        return known;
      }
      const categories = loadCategories(importId);
      const loading = { installationId, importId, categories, ready: undefined };
      const cached: CachedImport = Object.assign(loading, { index: Promise.resolve('too-large' as const) });
      cached.index = build(cached);
      // A build that nobody waits for must not end the process.
      cached.index.catch(() => undefined);
      imports.set(importId, cached);
      return cached;
    },
    newestReady(installationId) {
      const ready = [...imports.values()].filter((one) => one.installationId === installationId && one.ready);
      return ready.sort((a, b) => Number(BigInt(b.importId) - BigInt(a.importId)))[0];
    },
    isReady: (importId) => imports.get(importId)?.ready !== undefined,
    dropReplaced(installationId, liveImportId, isPinned) {
      if (!imports.get(liveImportId)?.ready) return;
      for (const cached of imports.values()) {
        const { importId } = cached;
        if (cached.installationId === installationId && importId !== liveImportId && !isPinned(importId)) {
          imports.delete(importId);
        }
      }
    },
    measure: () => ({ indexes: [...imports.values()].filter((one) => bytesOf(one) > 0).length, bytes: total() }),
  };
}
