import { z } from 'zod';
import type { Operation } from '../http/openapi/operation.ts';

const EXAMPLE = `# HELP connector_oldest_pending_seconds Age of the oldest delivery that waits for a worker or a chat system.
# TYPE connector_oldest_pending_seconds gauge
connector_oldest_pending_seconds 0.4
`;

/** What `metricsRoutes` answers. */
export const metricsPaths: readonly Operation[] = [
  {
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    tag: 'Operation',
    summary: 'Figures for Prometheus',
    description:
      'Of this process, and of the queue that all processes share (read from the database every 5 s at most). Labels are closed lists: no installation, no person.',
    guard: 'admin',
    answers: {
      200: {
        description: 'Prometheus text format.',
        content: { 'text/plain': { schema: z.string(), examples: { gauge: EXAMPLE } } },
      },
    },
  },
];
