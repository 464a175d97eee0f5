import { Router } from 'express';
import { ZodError } from 'zod';
import type { CallbackCredentials, Callbacks } from '../destinations/callbacks.ts';
import type { DestinationType } from '../destinations/contract.ts';
import { HttpError } from '../http/errors.ts';
import { captureRawBody } from '../http/raw-body.ts';
import type { RequestLogFields } from '../http/request-context.ts';
import type { Installations } from '../installations/installations.ts';
import { installationIdOf } from '../installations/website-ref.ts';
import { showsCredentials } from './basic-auth.ts';
import { readFields } from './callback-body.ts';
import type { IsOpenChat } from './open-chat-store.ts';

/** In bytes. A hint is a handful of short members. */
const BODY_LIMIT = 64 * 1024;

/** There is something to read at that destination. Returns at once; many at a time count as one. */
export type Hint = (installationId: string, destinationId: string) => void;

export interface CallbackParts {
  installations: Pick<Installations, 'find'>;
  types: readonly DestinationType[];
  isOpenChat: IsOpenChat;
  hint: Hint;
}

interface Doorkeeper {
  callbacks: Callbacks;
  credentials: CallbackCredentials | undefined;
}

/**
 * `POST /callbacks/:installation/:destination` (product 3): calls of chat systems. Every call is a hint and the same one
 * twice changes nothing; reading stays the truth. Whoever shows no credentials gets the same 401 whether there is such
 * a destination or not.
 */
export function callbackRoutes({ installations, types, isOpenChat, hint }: CallbackParts): Router {
  async function doorkeeperOf(installationId: string, destinationId: string): Promise<Doorkeeper | undefined> {
    try {
      const installation = await installations.find(installationId);
      const configured = installation?.settings.destinations.find(({ id }) => id === destinationId);
      const callbacks = types.find(({ type }) => type === configured?.type)?.callbacks;
      return callbacks && { callbacks, credentials: callbacks.credentials(configured?.settings) };
    } catch (error) {
      // Settings that a later release does not take let nobody in.
      if (error instanceof ZodError) return undefined;
      throw error;
    }
  }

  const router = Router();
  router.post('/callbacks/:installation/:destination', captureRawBody(BODY_LIMIT), async (request, response) => {
    // What can be no id is looked for as little as a stranger is told about it.
    const installationId = installationIdOf(String(request.params['installation'])) ?? '';
    const destinationId = String(request.params['destination']);
    const door = await doorkeeperOf(installationId, destinationId);
    if (!showsCredentials(request.get('authorization'), door?.credentials) || !door) {
      request.logFields.callback = door && !door.credentials ? 'no-credentials-configured' : 'refused';
      response.set('WWW-Authenticate', 'Basic realm="callbacks"');
      throw new HttpError('unauthorized', 'Send the credentials of this callback as Basic authentication.');
    }
    const about = door.callbacks.readHint(readFields(request.rawBody));
    const isOurs = about !== undefined && (await isOpenChat(installationId, destinationId, about.remoteId));
    if (isOurs) hint(installationId, destinationId);
    const status = isOurs ? 'accepted' : 'ignored';
    Object.assign<RequestLogFields, RequestLogFields>(request.logFields, {
      callback: status,
      installation: installationId,
      destination: destinationId,
    });
    response.json({ status });
  });
  return router;
}
