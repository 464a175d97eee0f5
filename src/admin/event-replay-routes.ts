import { Router } from 'express';
import { HttpError } from '../http/errors.ts';
import type { Database } from '../persistence/database.ts';
import { findEvent } from './event-list.ts';
import { rowIdIn } from './row-id.ts';

const NOT_FOUND = 'There is no event of that id. GET /admin/api/events lists them.';

/** Why an operator's wish makes no sense, and what to do instead. */
const CONFLICTS = {
  'not-understood':
    'It was not understood, or belongs to no installation: its reason says why. Have it sent again once that is mended.',
  'not-wanted': 'It is one of those that are never planned, so there is nothing to set going.',
  erased: 'Nothing is left of it: it was erased, or too old to be kept.',
} as const;

/** Gives an event back to the planner; the event, or why that makes no sense. */
export type ReplayEvent = (
  id: string,
) => Promise<{ eventId: string } | { refused: 'not-found' | keyof typeof CONFLICTS }>;

/** `POST /admin/api/events/:id/replay`. Mount behind the admin guard. */
export function eventReplayRoutes(database: Database, replay: ReplayEvent): Router {
  const router = Router();
  router.post('/admin/api/events/:id/replay', async (request, response) => {
    const id = rowIdIn(request.params, NOT_FOUND);
    const outcome = await replay(id);
    if ('refused' in outcome) {
      if (outcome.refused === 'not-found') throw new HttpError('not-found', NOT_FOUND);
      throw new HttpError('conflict', CONFLICTS[outcome.refused]);
    }
    const event = await findEvent(database, BigInt(outcome.eventId));
    if (!event) throw new HttpError('not-found', NOT_FOUND);
    response.json(event);
  });
  return router;
}
