import type { CatalogueReadStore } from './catalogue-read-store.ts';
import { arrangeCategories, type CategoryAnswers, MOST_LISTED } from './category-answers.ts';
import { buildIndex, IndexTooLarge } from './index-builder.ts';
import { INDEX_FORMAT, type IndexFiles } from './index-files.ts';
import { readListedIds } from './listed-ids.ts';
import type { SearchIndex } from './search-index.ts';

/** One import in memory, or on its way there. */
export interface CachedImport {
  installationId: string;
  importId: string;
  /** There before the index: it is a small part of the work. */
  categories: Promise<CategoryAnswers>;
  /**
   * `too-large`: it does not fit into the memory limit, answers come from the database. `no-room`: not now, beside
   * others that are being built; whoever opens it next tries again.
   */
  index: Promise<SearchIndex | 'too-large' | 'no-room'>;
  /** The index once it is there. */
  ready: SearchIndex | 'too-large' | undefined;
  /** It gave way to another build, and is to be built anew. */
  isPutOff: boolean;
}

export interface IndexCache {
  /** The import, loaded on first use; all who ask meanwhile share one loading. */
  open(installationId: string, importId: string): CachedImport;
  /** The newest import in memory that is, or was, live in this installation; undefined while there is none. */
  newestReady(installationId: string, liveImportId: string): CachedImport | undefined;
  /** Whether the import is in memory, ready to answer. */
  isReady(importId: string): boolean;
  /** An import that was replaced leaves the memory, unless `isPinned` says that somebody still pages through it. */
  dropReplaced(installationId: string, liveImportId: string, isPinned: (importId: string) => boolean): void;
  /** Indexes in memory, and what they and those that are being built take, in bytes. */
  measure(): { indexes: number; bytes: number };
  /** Writes no more copies, and resolves when those under way are written. Never rejects. */
  close(): Promise<void>;
}

export interface IndexCacheOptions {
  store: CatalogueReadStore;
  /** Over all installations, with what building takes; one that is built alone may pass it until it is done. */
  mostBytes: number;
  /** Copies of built indexes; none are kept without. */
  files?: IndexFiles;
  onBuilt?: (built: BuiltIndex) => void;
  /** An import does not fit into the limit: until it is replaced, its answers come from the database. */
  onTooLarge?: (tooLarge: { installationId: string; importId: string; mostBytes: number }) => void;
  /** A copy could not be kept: the next start builds the index again. */
  onNotKept?: (error: unknown) => void;
}

export interface BuiltIndex {
  installationId: string;
  products: number;
  bytes: number;
  ms: number;
  /** Read from a file instead of the database's rows. */
  fromFile: boolean;
}

/** Another build, begun earlier, needs the memory. */
class NoRoom extends Error {}

/** Keeps the indexes used last, up to a limit of memory. */
export function createIndexCache(options: IndexCacheOptions): IndexCache {
  const { store, mostBytes, files, onBuilt, onTooLarge, onNotKept } = options;
  // In the order of their last use: a Map keeps the order of insertion.
  const imports = new Map<string, CachedImport>();
  /** What each build takes now, in the order they began. */
  const building = new Map<CachedImport, number>();
  const keeping = new Set<Promise<void>>();
  let isClosed = false;
  const bytesOf = ({ ready }: CachedImport): number => (ready === undefined || ready === 'too-large' ? 0 : ready.bytes);

  function total(): number {
    const ready = [...imports.values()].reduce((sum, cached) => sum + bytesOf(cached), 0);
    return [...building.values()].reduce((sum, bytes) => sum + bytes, ready);
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

  /** Says what this build takes by now. The first one to begin always goes on, so that some build always ends. */
  function hold(cached: CachedImport, bytes: number): void {
    building.set(cached, bytes);
    makeRoom(cached);
    const [first] = building.keys();
    if (cached !== first && total() > mostBytes) throw new NoRoom();
  }

  async function load(cached: CachedImport): Promise<{ index: SearchIndex; key: string | undefined; kept: boolean }> {
    const { importId } = cached;
    const categories = await cached.categories;
    const holding = (bytes: number): void => hold(cached, bytes + categories.bytes);
    holding(0);
    const key = files && (await keyOf(importId));
    const kept = key === undefined ? undefined : await files?.load(importId, key, categories, holding);
    const index = kept ?? (await buildIndex(store, importId, categories, mostBytes, holding));
    if (index.bytes > mostBytes) throw new IndexTooLarge();
    return { index, key, kept: kept !== undefined };
  }

  async function build(cached: CachedImport): Promise<SearchIndex | 'too-large' | 'no-room'> {
    const startedAt = performance.now();
    const { installationId, importId } = cached;
    try {
      const { index, key, kept } = await load(cached).finally(() => building.delete(cached));
      cached.ready = index;
      makeRoom(cached);
      const ms = Math.round(performance.now() - startedAt);
      onBuilt?.({ installationId, products: index.columns.count, bytes: index.bytes, ms, fromFile: kept });
      if (!kept && key !== undefined && !isClosed) keepAside(importId, key, index);
      return index;
    } catch (error) {
      if (error instanceof IndexTooLarge) {
        onTooLarge?.({ installationId, importId, mostBytes });
        return (cached.ready = 'too-large');
      }
      if (error instanceof NoRoom) {
        cached.isPutOff = true;
        return 'no-room';
      }
      // The next request tries again.
      if (imports.get(importId) === cached) imports.delete(importId);
      throw error;
    }
  }

  function startBuild(cached: CachedImport): void {
    cached.isPutOff = false;
    cached.index = build(cached);
    // A build that nobody waits for must not end the process.
    cached.index.catch(() => undefined);
  }

  async function keyOf(importId: string): Promise<string | undefined> {
    const identity = await store.identity(importId);
    return identity && `${INDEX_FORMAT} ${identity}`;
  }

  function keepAside(importId: string, key: string, index: SearchIndex): void {
    const kept = keep(importId, key, index)
      .catch((error: unknown) => onNotKept?.(error))
      .finally(() => keeping.delete(kept));
    keeping.add(kept);
  }

  async function keep(importId: string, key: string, index: SearchIndex): Promise<void> {
    await files?.save(importId, key, index);
    const live = (await store.liveImports()).map((one) => one.importId);
    const newest = live.reduce((most, id) => (BigInt(id) > most ? BigInt(id) : most), 0n);
    // A later one is about to go live.
    await files?.keepOnly((id) => live.includes(id) || BigInt(id) > newest);
  }

  async function loadCategories(importId: string): Promise<CategoryAnswers> {
    const listed = await readListedIds(store, importId, MOST_LISTED);
    return arrangeCategories(await store.categories(importId), listed);
  }

  return {
    open(installationId, importId) {
      const known = imports.get(importId);
      if (known) {
        imports.delete(importId);
        imports.set(importId, known);
        if (known.isPutOff) startBuild(known);
        return known;
      }
      const categories = loadCategories(importId);
      const index = Promise.resolve('no-room' as const);
      const cached: CachedImport = { installationId, importId, categories, index, ready: undefined, isPutOff: false };
      startBuild(cached);
      imports.set(importId, cached);
      return cached;
    },
    newestReady(installationId, liveImportId) {
      // A later one is prepared, and may never go live.
      const wasLive = ({ importId }: CachedImport): boolean => BigInt(importId) <= BigInt(liveImportId);
      const ready = [...imports.values()].filter(
        (one) => one.installationId === installationId && one.ready && wasLive(one),
      );
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
    async close() {
      isClosed = true;
      await Promise.all(keeping);
    },
  };
}
