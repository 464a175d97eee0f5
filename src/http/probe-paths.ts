import { z } from 'zod';
import { json, type Operation } from './openapi/operation.ts';

const probe = { method: 'get', tag: 'Service', guard: 'none' } as const;

/** What `probeRoutes` answers. */
export const probePaths: readonly Operation[] = [
  {
    ...probe,
    id: 'health',
    path: '/health',
    summary: 'iAdvize’s health check',
    description: 'UP while the process serves: it asks neither the database nor anybody else.',
    answers: { 200: { description: 'The process serves.', content: json(z.object({ status: z.literal('UP') })) } },
  },
  {
    ...probe,
    id: 'live',
    path: '/live',
    summary: 'Liveness, for orchestrators',
    answers: { 200: { description: 'The process serves.', content: json(z.object({ status: z.literal('live') })) } },
  },
  {
    ...probe,
    id: 'ready',
    path: '/ready',
    summary: 'Readiness, for orchestrators',
    answers: {
      200: {
        description:
          'The database answers and stores events, every migration is applied, and the service is not draining.',
        content: json(z.object({ status: z.literal('ready') })),
      },
      503: {
        description: 'No calls now, please.',
        content: json(z.object({ status: z.literal('not ready'), reason: z.string() }), {
          draining: { status: 'not ready', reason: 'draining' },
        }),
      },
    },
  },
];
