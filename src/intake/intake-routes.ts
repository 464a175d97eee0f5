import { type Request, Router } from 'express';
import { sameSecret } from '../http/constant-time.ts';
import { HttpError } from '../http/errors.ts';
import { captureRawBody } from '../http/raw-body.ts';
import { crashPoint } from '../observability/crash-point.ts';
import type { EventStore } from './event-store.ts';
import type { EventSource } from './read-event.ts';

/** Limit of a webhook's body in bytes (product 3). */
export const WEBHOOK_BODY_LIMIT = 256 * 1024;

async function storeEvent(events: EventStore, source: EventSource, request: Request): Promise<{ status: string }> {
  try {
    crashPoint('K2');
    const stored = await events.store({ source, contentType: request.get('content-type'), body: request.rawBody });
    crashPoint('K4');
    request.logFields.eventStatus = stored.status;
    if (stored.duplicate) request.logFields.duplicate = true;
    return { status: stored.status };
  } catch (cause) {
    // Nobody saw it reach the disk, so the sender must try again: that is what a 503 tells it. A copy does no harm.
    throw new HttpError('database-unavailable', 'The event could not be stored. Send it again.', { cause });
  }
}

/**
 * `POST /iadvize/webhooks` (product 3): behind the signature, answered 202 once the event is on disk, whatever is in it.
 * Mount behind the raw body and the signature check.
 */
export function webhookRoutes(events: EventStore): Router {
  const router = Router();
  router.post('/iadvize/webhooks', async (request, response) => {
    response.status(202).json(await storeEvent(events, 'webhook', request));
    crashPoint('K5', 0);
  });
  return router;
}

/** `POST /iadvize/push/:pushKey`: the Push API of old. The key is its only guard; a wrong one looks like no path at all. */
export function pushRoutes(events: EventStore, pushKey: string): Router {
  const router = Router();
  router.post(
    '/iadvize/push/:pushKey',
    (request, _response, next) => next(sameSecret(String(request.params['pushKey']), pushKey) ? undefined : 'route'),
    captureRawBody(WEBHOOK_BODY_LIMIT),
    async (request, response) => void response.status(202).json(await storeEvent(events, 'push', request)),
  );
  return router;
}
