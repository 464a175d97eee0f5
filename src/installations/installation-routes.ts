import { Router } from 'express';
import { captureRawBody } from '../http/raw-body.ts';
import { readJson } from '../http/json-body.ts';
import { pageQuerySchema } from '../http/paging.ts';
import { z } from 'zod';
import type { Installations } from './installations.ts';
import { installationInPath as installationId } from './installation-in-path.ts';

const SETTINGS_BODY_LIMIT = 1024 * 1024;

/** `/admin/api/installations` (product 3). Mount behind the admin guard. */
export function installationRoutes(installations: Installations): Router {
  const router = Router();
  const body = captureRawBody(SETTINGS_BODY_LIMIT);
  const path = '/admin/api/installations';

  router.post(path, body, async (request, response) => {
    const { shown, installationKey } = await installations.create(readJson(request, z.unknown()));
    response
      .status(201)
      .location(`${path}/${shown.id}`)
      .json({ ...shown, installationKey });
  });
  router.get(path, async (request, response) => {
    const { limit, cursor } = pageQuerySchema.parse(request.query);
    const items = await installations.list(cursor, limit + 1);
    const page = items.slice(0, limit);
    response.json({ items: page, nextCursor: items.length > limit ? (page.at(-1)?.id ?? null) : null });
  });
  router.get(`${path}/:id`, async (request, response) => {
    response.json(await installations.show(installationId(request.params.id)));
  });
  router.put(`${path}/:id`, body, async (request, response) => {
    response.json(
      await installations.replace(installationId(String(request.params['id'])), readJson(request, z.unknown())),
    );
  });
  router.delete(`${path}/:id`, async (request, response) => {
    await installations.remove(installationId(request.params.id));
    response.status(204).end();
  });
  router.post(`${path}/:id/key`, async (request, response) => {
    const installationKey = await installations.newKey(installationId(request.params.id));
    response.status(201).json({ installationKey });
  });
  return router;
}
