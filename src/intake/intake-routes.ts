import type { ServerResponse } from 'node:http';
import { type Request, type RequestHandler, Router } from 'express';
import { constantAnswer } from '../http/constant-answer.ts';
import { sameSecret } from '../http/constant-time.ts';
import { HttpError } from '../http/errors.ts';
import { captureRawBody } from '../http/raw-body.ts';
import { crashPoint } from '../observability/crash-point.ts';
import type { StoredStatus } from './event-rows.ts';
import type { EventStore } from './event-store.ts';
import type { EventSource } from './read-event.ts';

/** Limit of a webhook's body in bytes (product 3). */
export const WEBHOOK_BODY_LIMIT = 256 * 1024;

const ACCEPTED = 202;
const ANSWERS: Record<StoredStatus, (response: ServerResponse) => void> = {
  accepted: constantAnswer(ACCEPTED, { status: 'accepted' }),
  ignored: constantAnswer(ACCEPTED, { status: 'ignored' }),
  quarantined: constantAnswer(ACCEPTED, { status: 'quarantined' }),
  'duplicate-anomaly': constantAnswer(ACCEPTED, { status: 'duplicate-anomaly' }),
};

async function storeEvent(events: EventStore, source: EventSource, request: Request): Promise<StoredStatus> {
  try {
    crashPoint('K2');
    const stored = await events.store({
      source,
      contentType: request.headers['content-type'],
      body: request.rawBody,
    });
    crashPoint('K4');
    request.logFields.eventStatus = stored.status;
    if (stored.duplicate) request.logFields.duplicate = true;
    return stored.status;
  } catch (cause) {
    // Nobody saw it reach the disk, so the sender must try again: that is what a 503 tells it. A copy does no harm.
    throw new HttpError('database-unavailable', 'The event could not be stored. Send it again.', { cause });
  }
}

/** Express would answer by itself which methods there are, to anybody. */
const asNobody: RequestHandler = (_request, _response, next) => next('router');

/**
 * `POST /iadvize/webhooks` (product 3): answered 202 once the event is on disk, whatever is in it. `verify` lets the
 * signed ones pass. Mount before helmet.
 */
export function webhookRoutes(events: EventStore, verify: RequestHandler): Router {
  const router = Router();
  router.options('/iadvize/webhooks', asNobody);
  router.post('/iadvize/webhooks', captureRawBody(WEBHOOK_BODY_LIMIT), verify, async (request, response) => {
    ANSWERS[await storeEvent(events, 'webhook', request)](response);
    crashPoint('K5', 0);
  });
  return router;
}

/**
 * `POST /iadvize/push/:pushKey`: the Push API of old. The key is its only guard; a wrong one looks like no path at all.
 * Mount before helmet.
 */
export function pushRoutes(events: EventStore, pushKey: string): Router {
  const router = Router();
  router.options('/iadvize/push/:pushKey', asNobody);
  router.post(
    '/iadvize/push/:pushKey',
    (request, _response, next) => next(sameSecret(String(request.params['pushKey']), pushKey) ? undefined : 'route'),
    captureRawBody(WEBHOOK_BODY_LIMIT),
    async (request, response) => ANSWERS[await storeEvent(events, 'push', request)](response),
  );
  return router;
}
