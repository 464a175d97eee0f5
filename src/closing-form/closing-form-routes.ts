import { Router } from 'express';
import { type FindTenant, memberOf } from '../installations/plugin-tenant.ts';
import { closingOptionsQuery } from './closing-form-schemas.ts';
import { presentForm } from './present-form.ts';

/** `GET /iadvize/closing-options` (product 3): `[]` for an unknown installation. Mount behind the signature check. */
export function closingFormRoutes(findTenant: FindTenant): Router {
  const router = Router();
  router.get('/iadvize/closing-options', async (request, response) => {
    const members = Object.keys(closingOptionsQuery.shape).map((name) => [name, memberOf(request.query, name)]);
    const query = closingOptionsQuery.parse(Object.fromEntries(members));
    const installation = await findTenant(query);
    response.json(installation ? presentForm(installation.settings, query.operatorLocale) : []);
  });
  return router;
}
