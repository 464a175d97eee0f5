import type { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { pageOf } from '../http/paging.ts';
import { listQuerySchema } from './list-query.ts';
import { shownDelivery, shownEvent } from './list-schemas.ts';

export const EVENT_EXAMPLE = {
  id: '41',
  status: 'accepted',
  reason: null,
  source: 'webhook',
  eventType: 'conversation.started',
  installation: 'ha-123',
  conversation: 'ha-123:456',
  duplicates: 0,
  receivedAt: '2026-01-05T10:00:00.000Z',
  plannedAt: '2026-01-05T10:00:00.120Z',
  erasedAt: null,
};
export const DELIVERY_EXAMPLE = {
  id: '97',
  status: 'parked',
  reason: 'credentials-refused',
  kind: 'start',
  installation: 'ha-123',
  conversation: 'ha-123:456',
  destination: 'thulium-main',
  position: 1,
  part: 0,
  attempts: 1,
  failures: 1,
  event: '41',
  repeatOf: null,
  replayedAt: null,
  expiresAt: null,
  createdAt: '2026-01-05T10:00:00.120Z',
  settledAt: '2026-01-05T10:00:00.480Z',
  lastAttempt: {
    number: 1,
    startedAt: '2026-01-05T10:00:00.200Z',
    outcome: 'refused',
    code: 'credentials-refused',
    httpStatus: 401,
    upstreamRequestId: null,
  },
};

const list = (
  item: z.ZodType,
  example: object,
): Pick<Operation, 'method' | 'tag' | 'guard' | 'query' | 'answers' | 'errors'> => ({
  method: 'get',
  tag: 'Operation',
  guard: 'admin',
  query: listQuerySchema,
  answers: {
    200: { description: 'One page.', content: json(pageOf(item), { page: { items: [example], nextCursor: null } }) },
  },
  errors: ['conflict', 'invalid-input'],
});

/** What `adminListRoutes` answers. */
export const adminListPaths: readonly Operation[] = [
  {
    ...list(shownEvent, EVENT_EXAMPLE),
    id: 'listEvents',
    path: '/admin/api/events',
    summary: 'Events as they came in, newest first',
  },
  {
    ...list(shownDelivery, DELIVERY_EXAMPLE),
    id: 'listDeliveries',
    path: '/admin/api/deliveries',
    summary: 'Deliveries and what became of them, newest first',
  },
];
