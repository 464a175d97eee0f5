import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { EVENT_EXAMPLE } from './admin-list-paths.ts';
import { shownEvent } from './list-schemas.ts';

/** What `eventReplayRoutes` answers. */
export const eventReplayPaths: readonly Operation[] = [
  {
    id: 'replayEvent',
    method: 'post',
    path: '/admin/api/events/{id}/replay',
    tag: 'Operation',
    summary: 'Plan an event again that was given up',
    description:
      'For events that are `quarantined` with the reason `planning-failed`: time and again they could not be made into deliveries, for what is wrong with themselves. (What the database could not do is tried again by itself, however long it lasts.) It is `accepted` again and planned as if it had just come. Doing it twice is doing it once; an event that was not given up, or is planned by now, stays as it is.',
    guard: 'admin',
    params: z.object({ id: z.string().describe('Id of the event, such as `41`.') }),
    answers: {
      200: {
        description: 'The event, which waits for the planner or is planned.',
        content: json(shownEvent, { replayed: { ...EVENT_EXAMPLE, plannedAt: null } }),
      },
    },
    errors: ['not-found', 'conflict'],
  },
];
