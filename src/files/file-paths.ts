import { z } from 'zod';
import type { Operation } from '../http/openapi/operation.ts';

/** What `fileRoutes` answers. */
export const filePaths: readonly Operation[] = [
  {
    id: 'getFile',
    method: 'get',
    path: '/files/{id}',
    tag: 'Chat systems',
    summary: 'A file that a remote agent sent',
    description: 'The timeline of a conversation has the whole address; it ends by itself after a while.',
    guard: 'signed-address',
    params: z.object({ id: z.string() }),
    query: z.object({
      expires: z.string().describe('When the address ends, in seconds since 1970.'),
      signature: z.string().describe('This service’s own, over the id and that moment.'),
    }),
    answers: {
      200: { description: 'Its bytes, to be saved.', content: { 'application/octet-stream': { schema: z.string() } } },
    },
    errors: ['not-found', 'expired'],
  },
];
