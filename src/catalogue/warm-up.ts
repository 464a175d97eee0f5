import type { CatalogueReadStore } from './catalogue-read-store.ts';
import type { IndexCache } from './index-cache.ts';

/** The rest is for catalogues that come later: nothing that was loaded ahead may push out something in use. */
const SHARE_OF_MEMORY = 0.8;

/** Loads the catalogues of active installations one after the other, newest import first, before anybody asks. */
export async function warmUp(
  store: CatalogueReadStore,
  indexes: IndexCache,
  mostBytes: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { installationId, importId } of await store.liveImports()) {
    if (signal.aborted || indexes.measure().bytes > mostBytes * SHARE_OF_MEMORY) return;
    await indexes.open(installationId, importId).index;
  }
}
