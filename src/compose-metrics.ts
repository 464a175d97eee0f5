import type { Router } from 'express';
import { metricsRoutes } from './admin/metrics-routes.ts';
import { readQueueFigures } from './admin/queue-figures-store.ts';
import type { Catalogue } from './compose-catalogue.ts';
import type { WorkerCounts } from './compose-workers.ts';
import type { Config } from './config.ts';
import { DESTINATION_TYPES } from './destinations/registry.ts';
import type { AnsweredRequest } from './http/request-context.ts';
import { requireAdmin } from './http/require-admin.ts';
import { createMetrics, type ProcessFigure } from './observability/metrics.ts';
import type { Database } from './persistence/database.ts';

export interface ServiceMetrics extends WorkerCounts {
  /** `GET /metrics`, with its guard. */
  router: Router;
  onAnswered(answered: AnsweredRequest): void;
}

/** What this process counts; `figures` are read when they are asked for. */
export function serviceMetrics(config: Config, database: Database, figures: readonly ProcessFigure[]): ServiceMetrics {
  const secrets = config.IADVIZE_SECRET_TOKENS.map(({ id }) => id);
  const metrics = createMetrics({ secrets, destinationTypes: DESTINATION_TYPES.map(({ type }) => type) }, figures);
  return {
    router: metricsRoutes(metrics, () => readQueueFigures(database), requireAdmin(config.ADMIN_TOKEN)),
    onAnswered({ ms, fields: { secretId, eventStatus, duplicate } }) {
      if (secretId !== undefined) metrics.matchedSecret(secretId);
      if (eventStatus === undefined) return;
      // The same event again; another body under its id is news.
      const again = duplicate === true && eventStatus !== 'duplicate-anomaly';
      metrics.tookEvent(again ? 'duplicate' : eventStatus, ms / 1000);
    },
    onCarried({ to, attempt }) {
      metrics.settledDelivery(to);
      if (attempt !== undefined) metrics.endedAttempt(attempt);
    },
    onExpired: (counts) => metrics.removedExpired(counts),
  };
}

/** The search indexes in memory. */
export const catalogueFigures = (catalogue: Pick<Catalogue, 'measure'>): ProcessFigure[] => [
  {
    name: 'connector_catalogue_index_bytes',
    help: 'Memory of the search indexes, bytes.',
    read: () => catalogue.measure().bytes,
  },
  {
    name: 'connector_catalogue_indexes',
    help: 'Catalogues whose search index is in memory.',
    read: () => catalogue.measure().indexes,
  },
];
