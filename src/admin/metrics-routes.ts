import { type RequestHandler, Router } from 'express';
import type { Metrics, QueueFigures } from '../observability/metrics.ts';

/** However often it is asked for, the database is asked at most this often. */
const CACHE_MS = 5_000;

/** `GET /metrics` for Prometheus, behind `guard`. `readQueue` may fail: what the process knows itself is told all the same. */
export function metricsRoutes(metrics: Metrics, readQueue: () => Promise<QueueFigures>, guard: RequestHandler): Router {
  const cached = cachedFor(CACHE_MS, () => readQueue().catch(() => undefined));
  const router = Router();
  router.get('/metrics', guard, async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.expose(await cached()));
  });
  return router;
}

/** Who asks meanwhile shares the reading that is under way. */
function cachedFor<Value>(ms: number, read: () => Promise<Value>): () => Promise<Value> {
  let last: { value: Promise<Value>; until: number } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now >= last.until) last = { value: read(), until: now + ms };
    return last.value;
  };
}
