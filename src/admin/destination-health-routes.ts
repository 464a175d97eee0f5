import { Router } from 'express';
import type { Database } from '../persistence/database.ts';
import { listDestinationHealth } from './destination-health-list.ts';
import { destinationHealthQuery } from './destination-health-schemas.ts';

/** `GET /admin/api/destination-health`: which chat systems are down or ask for patience. Mount behind the admin guard. */
export function destinationHealthRoutes(database: Database): Router {
  const router = Router();
  router.get('/admin/api/destination-health', async (request, response) => {
    response.json(await listDestinationHealth(database, destinationHealthQuery.parse(request.query)));
  });
  return router;
}
