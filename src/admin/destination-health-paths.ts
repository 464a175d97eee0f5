import { json, type Operation } from '../http/openapi/operation.ts';
import { pageOf } from '../http/paging.ts';
import { destinationHealthQuery, shownHealth } from './destination-health-schemas.ts';

const DOWN = {
  installation: 'ha-123',
  destination: 'thulium-main',
  type: 'thulium',
  what: 'writing',
  state: 'down',
  failures: 14,
  lastCode: 'no-answer',
  downSince: '2026-01-05T10:00:00.000Z',
  nextTryAt: '2026-01-05T10:02:15.000Z',
  throttledUntil: null,
};

/** What `destinationHealthRoutes` answers. */
export const destinationHealthPaths: readonly Operation[] = [
  {
    id: 'listDestinationHealth',
    method: 'get',
    path: '/admin/api/destination-health',
    tag: 'Operation',
    summary: 'Chat systems that are down or ask for patience',
    description:
      'A destination that was never in trouble and has no budget of tries is not listed. While one is `down` its deliveries wait without being tried: one of them tries in each `breakerIntervalMs`, and the first that is taken sets all of them free. Other destinations and other installations are not concerned.',
    guard: 'admin',
    query: destinationHealthQuery,
    answers: {
      200: {
        description: 'One page.',
        content: json(pageOf(shownHealth), { page: { items: [DOWN], nextCursor: null } }),
      },
    },
    errors: ['invalid-input'],
  },
];
