import type { Router } from 'express';
import { catalogueImportRoutes } from './catalogue/catalogue-import-routes.ts';
import { type CatalogueSchedule, startCatalogueSchedule } from './catalogue/catalogue-schedule.ts';
import { createFeedImports, type FeedImportsOptions } from './catalogue/feed-imports.ts';

export interface Feeds {
  /** Mount behind the admin guard. */
  router: Router;
  /** Refreshes catalogues from their addresses from now on. */
  startSchedule(): void;
  stop(): Promise<void>;
}

/** Everything that brings product feeds and customer lists in. */
export function createFeeds(options: FeedImportsOptions): Feeds {
  const { database, logger } = options;
  const imports = createFeedImports(options);
  let schedule: CatalogueSchedule | undefined;
  return {
    router: catalogueImportRoutes(imports),
    startSchedule() {
      schedule ??= startCatalogueSchedule({ database, imports, logger });
    },
    async stop() {
      // The schedule waits for the import it began, so both are told before either is waited for.
      await Promise.all([schedule?.stop(), imports.stop()]);
    },
  };
}
