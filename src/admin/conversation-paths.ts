import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { conversationQuery, conversationSchema } from './conversation-schemas.ts';

/** What `conversationRoutes` answers. */
export const conversationPaths: readonly Operation[] = [
  {
    id: 'getConversation',
    method: 'get',
    path: '/admin/api/conversations/{id}',
    tag: 'Operation',
    summary: 'Everything about one conversation, in the order of time',
    description:
      'Events, deliveries, attempts, and what each remote chat shows: by what this service sent and received, and with `live=true` as its system shows it at this moment.',
    guard: 'admin',
    params: z.object({ id: z.string().describe('`ha-123:456`, or the bare iAdvize id while only one matches.') }),
    query: conversationQuery,
    answers: { 200: { description: 'Its timeline.', content: json(conversationSchema) } },
    errors: ['not-found', 'conflict', 'invalid-input'],
  },
];
