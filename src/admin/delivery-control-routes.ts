import { Router } from 'express';
import { HttpError } from '../http/errors.ts';
import { readJson } from '../http/json-body.ts';
import { captureRawBody } from '../http/raw-body.ts';
import type { Database } from '../persistence/database.ts';
import { replayBody } from './delivery-control-schemas.ts';
import { findDelivery } from './delivery-list.ts';
import type { ShownDelivery } from './list-schemas.ts';
import { rowIdIn } from './row-id.ts';

const BODY_LIMIT = 4 * 1024;

const NOT_FOUND = 'There is no delivery of that id. GET /admin/api/deliveries lists them.';

/** Why an operator's wish makes no sense, and what to do instead. */
const CONFLICTS = {
  'needs-confirmation':
    'It was delivered, so it would be read twice. Send {"confirmRepeat":true} if that is what you want.',
  'cannot-be-repeated': 'It was delivered, and only messages can be said once more.',
  'chat-over': 'Its remote chat is over or was never started, so nothing can be said there any more.',
  'end-planned': 'The end of its remote chat is planned already, so nothing can be added to it.',
  'passed-over': 'It was passed over and its lane went on without it; it cannot come back.',
  'on-its-way': 'It is on its way. Only what is parked or uncertain can be skipped.',
  delivered: 'It was delivered, so there is nothing to skip.',
  expired: 'It is passed over already: its lane went on without it.',
} as const;

/** What the bridge does for an operator; the delivery that is on its way then, or why there is none. */
export interface DeliveryControl {
  replay(id: string, confirmed: boolean): Promise<ControlOutcome>;
  skip(id: string): Promise<ControlOutcome>;
}

type ControlOutcome = { deliveryId: string } | { refused: 'not-found' | keyof typeof CONFLICTS };

/** `POST /admin/api/deliveries/:id/replay` and `…/skip` (product 3). Mount behind the admin guard. */
export function deliveryControlRoutes(database: Database, control: DeliveryControl): Router {
  const router = Router();

  async function shownAfter(outcome: ControlOutcome): Promise<ShownDelivery> {
    if ('deliveryId' in outcome) {
      const delivery = await findDelivery(database, BigInt(outcome.deliveryId));
      if (delivery) return delivery;
      throw new HttpError('not-found', NOT_FOUND);
    }
    if (outcome.refused === 'not-found') throw new HttpError('not-found', NOT_FOUND);
    throw new HttpError('conflict', CONFLICTS[outcome.refused]);
  }

  router.post('/admin/api/deliveries/:id/replay', captureRawBody(BODY_LIMIT), async (request, response) => {
    const id = rowIdIn(request.params, NOT_FOUND);
    // The body is for the one word that a repeat needs.
    const { confirmRepeat } = request.rawBody.length === 0 ? replayBody.parse({}) : readJson(request, replayBody);
    response.json(await shownAfter(await control.replay(id, confirmRepeat)));
  });
  router.post('/admin/api/deliveries/:id/skip', async (request, response) => {
    response.json(await shownAfter(await control.skip(rowIdIn(request.params, NOT_FOUND))));
  });
  return router;
}
