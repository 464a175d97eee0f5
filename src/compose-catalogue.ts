import type { Router } from 'express';
import { createCataloguePages } from './catalogue/catalogue-pages.ts';
import { createCatalogueReadStore } from './catalogue/catalogue-read-store.ts';
import { catalogueRoutes } from './catalogue/catalogue-routes.ts';
import { createCatalogueSites } from './catalogue/catalogue-sites.ts';
import { createIndexCache } from './catalogue/index-cache.ts';
import { warmUp } from './catalogue/warm-up.ts';
import type { Config } from './config.ts';
import type { Logger } from './observability/logger.ts';
import type { Database } from './persistence/database.ts';

const BYTES_PER_MB = 1024 * 1024;

export interface Catalogue {
  /** Mount behind the signature check. */
  router: Router;
  /** A new import of this installation is live. */
  onLive(installationId: string): void;
  /** Loads the indexes of all catalogues, until the memory limit or `stop`. */
  startWarmUp(): void;
  stop(): void;
}

/** Everything that answers an agent about categories and products. */
export function createCatalogue(database: Database, config: Config, logger: Logger): Catalogue {
  const store = createCatalogueReadStore(database);
  const mostBytes = config.CATALOGUE_MEMORY_MB * BYTES_PER_MB;
  const indexes = createIndexCache({
    store,
    mostBytes,
    onBuilt: (built) => logger.info({ event: 'catalogue-index-built', ...built }),
  });
  const pages = createCataloguePages({ store, sites: createCatalogueSites(store, config.DEFAULT_PLATFORM), indexes });
  const stopping = new AbortController();
  return {
    router: catalogueRoutes(pages),
    onLive(installationId) {
      // A worker that answers no agent needs no index.
      if (config.ROLE !== 'worker') pages.onLive(installationId);
    },
    startWarmUp() {
      warmUp(store, indexes, mostBytes, stopping.signal).catch((error: unknown) => {
        // Each index is loaded on first use all the same.
        if (!stopping.signal.aborted) logger.warn({ event: 'catalogue-warm-up-failed', error });
      });
    },
    stop: () => stopping.abort(),
  };
}
