import { Router } from 'express';

export interface Readiness {
  /** Undefined = ready, else why not. */
  whyNotReady(): Promise<string | undefined>;
}

/**
 * `GET /health` is iAdvize's health check (contract 1.10): public, always UP while the process serves.
 * `GET /live` and `GET /ready` are for orchestrators; ready = database reachable and storing, migrations applied, not draining.
 */
export function probeRoutes(readiness: Readiness): Router {
  const router = Router();
  router.get('/health', (_request, response) => void response.json({ status: 'UP' }));
  router.get('/live', (_request, response) => void response.json({ status: 'live' }));
  router.get('/ready', async (_request, response) => {
    const reason = await readiness.whyNotReady();
    response.status(reason === undefined ? 200 : 503);
    response.json(reason === undefined ? { status: 'ready' } : { status: 'not ready', reason });
  });
  return router;
}
