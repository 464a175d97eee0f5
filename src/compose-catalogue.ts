import path from 'node:path';
import type { Router } from 'express';
import { createCataloguePages } from './catalogue/catalogue-pages.ts';
import { createCatalogueReadStore } from './catalogue/catalogue-read-store.ts';
import { catalogueRoutes } from './catalogue/catalogue-routes.ts';
import { createCatalogueSites } from './catalogue/catalogue-sites.ts';
import { createIndexFiles } from './catalogue/index-files.ts';
import { createIndexCache } from './catalogue/index-cache.ts';
import { warmUp } from './catalogue/warm-up.ts';
import type { Config } from './config.ts';
import { createConnectorVersionStore } from './installations/connector-version-store.ts';
import type { Logger } from './observability/logger.ts';
import type { Database } from './persistence/database.ts';

const BYTES_PER_MB = 1024 * 1024;

export interface Catalogue {
  /** Mount behind the signature check. */
  router: Router;
  /** Loads an import that is about to go live. */
  prepare(installationId: string, importId: string): Promise<void>;
  /** A new import of this installation is live. */
  onLive(installationId: string): void;
  /** Loads the indexes of all catalogues, until the memory limit or `stop`. */
  startWarmUp(): void;
  /** Resolves when nothing more is written to the disk. */
  stop(): Promise<void>;
  /** Indexes in memory and what they take, in bytes. */
  measure(): { indexes: number; bytes: number };
}

/** Everything that answers an agent about categories and products. */
export function createCatalogue(database: Database, config: Config, logger: Logger): Catalogue {
  const store = createCatalogueReadStore(database);
  const mostBytes = config.CATALOGUE_MEMORY_MB * BYTES_PER_MB;
  const indexes = createIndexCache({
    store,
    mostBytes,
    files: createIndexFiles(path.join(config.DATA_DIR, 'indexes')),
    onBuilt: (built) => logger.info({ event: 'catalogue-index-built', ...built }),
    onTooLarge: (tooLarge) => logger.warn({ event: 'catalogue-index-too-large', ...tooLarge }),
    onNotKept: (error) => logger.warn({ event: 'catalogue-index-not-kept', error }),
  });
  const versions = createConnectorVersionStore(database);
  const sites = createCatalogueSites(store, config.DEFAULT_PLATFORM, versions.learn);
  const pages = createCataloguePages({ store, sites, indexes });
  const stopping = new AbortController();
  return {
    router: catalogueRoutes(pages),
    async prepare(installationId, importId) {
      if (config.ROLE !== 'worker') await pages.prepare(installationId, importId);
    },
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
    async stop() {
      stopping.abort();
      await indexes.close();
    },
    measure: () => indexes.measure(),
  };
}
