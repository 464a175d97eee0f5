import { Router } from 'express';
import type { Database } from '../persistence/database.ts';
import { listDeliveries } from './delivery-list.ts';
import { listEvents } from './event-list.ts';
import { listQuerySchema } from './list-query.ts';

/** `GET /admin/api/events` and `GET /admin/api/deliveries` (product 3). Mount behind the admin guard. */
export function adminListRoutes(database: Database): Router {
  const router = Router();
  router.get('/admin/api/events', async (request, response) => {
    response.json(await listEvents(database, listQuerySchema.parse(request.query)));
  });
  router.get('/admin/api/deliveries', async (request, response) => {
    response.json(await listDeliveries(database, listQuerySchema.parse(request.query)));
  });
  return router;
}
