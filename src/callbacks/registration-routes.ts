import { Router } from 'express';
import type { DestinationDependencies, DestinationType } from '../destinations/contract.ts';
import { fault, type Finding } from '../destinations/finding.ts';
import { HttpError } from '../http/errors.ts';
import { installationInPath, noInstallation } from '../installations/installation-in-path.ts';
import type { Installations } from '../installations/installations.ts';
import type { DestinationSetting } from '../installations/settings-schema.ts';

export interface RegistrationParts {
  installations: Pick<Installations, 'find'>;
  types: readonly DestinationType[];
  dependencies: DestinationDependencies;
  /** How chat systems reach this service; no slash at its end. */
  publicUrl: string;
}

/**
 * `POST /admin/api/installations/:id/destinations/:destination/callbacks`: makes the destination's system call us, and
 * answers with findings. Repeating it changes nothing more. Mount behind the admin guard.
 */
export function registrationRoutes({ installations, types, dependencies, publicUrl }: RegistrationParts): Router {
  async function register(
    installationId: string,
    { id, type: name, settings }: DestinationSetting,
  ): Promise<Finding[]> {
    const type = types.find((one) => one.type === name);
    const { destination } = type?.open(settings, dependencies) ?? {};
    if (!type?.callbacks || !destination?.registerCallbacks) {
      const title = type?.title ?? name;
      return [fault('', 'not-configured', `${title} cannot be made to call this service. Replies are read without.`)];
    }
    const credentials = type.callbacks.credentials(settings);
    if (!credentials) return [fault('callbackUser', 'missing', NO_CREDENTIALS)];
    const url = `${publicUrl}/callbacks/${installationId}/${encodeURIComponent(id)}`;
    return destination.registerCallbacks(url, credentials);
  }

  const router = Router();
  router.post('/admin/api/installations/:id/destinations/:destination/callbacks', async (request, response) => {
    const { id, destination: destinationId } = request.params;
    const installation = await installations.find(installationInPath(id));
    if (!installation) throw noInstallation();
    const configured = installation.settings.destinations.find((one) => one.id === destinationId);
    if (!configured) throw new HttpError('not-found', 'This installation has no destination of that id.');
    response.json({ findings: await register(installation.id, configured) });
  });
  return router;
}

const NO_CREDENTIALS =
  'Set callbackUser and callbackPassword of this destination first: without them no call of its system is let in.';
