import { Router } from 'express';
import { ZodError } from 'zod';
import { fault } from '../../destinations/finding.ts';
import { fieldPath } from '../../http/field-path.ts';
import { installationInPath, noInstallation } from '../installation-in-path.ts';
import type { Installation, Installations } from '../installations.ts';
import type { InstallationCheck } from './installation-check.ts';

/** `POST /admin/api/installations/:id/check` (product 3). Mount behind the admin guard. */
export function installationCheckRoutes(installations: Installations, check: InstallationCheck): Router {
  const router = Router();
  router.post('/admin/api/installations/:id/check', async (request, response) => {
    const installation = await findOrProblem(installations, installationInPath(request.params.id));
    if (!(installation instanceof ZodError)) return void response.json({ findings: await check(installation) });
    const [issue] = installation.issues;
    const field = issue ? fieldPath(issue) : '';
    const sentence = `The stored setting ${field} does not fit this release. Correct it with PUT.`;
    response.json({ findings: [{ subject: 'installation', ...fault(field, 'settings-do-not-fit', sentence) }] });
  });
  return router;
}

/** Settings were valid when they were stored; a later release may judge them otherwise. */
async function findOrProblem(installations: Installations, id: string): Promise<Installation | ZodError> {
  try {
    const installation = await installations.find(id);
    if (installation) return installation;
  } catch (error) {
    if (error instanceof ZodError) return error;
    throw error;
  }
  throw noInstallation();
}
