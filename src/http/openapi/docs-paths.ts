import { z } from 'zod';
import type { Operation } from './operation.ts';

const document = { method: 'get', tag: 'Service', guard: 'none' } as const;
const unchanged = { description: 'Not changed since the `If-None-Match` that was sent.' };

/** What `docsRoutes` answers. */
export const docsPaths: readonly Operation[] = [
  {
    ...document,
    id: 'openApiDocument',
    path: '/openapi.json',
    summary: 'This document',
    answers: {
      200: {
        description: 'OpenAPI 3.1, made from the schemas that the routes parse with.',
        content: { 'application/json': { schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
      },
      304: unchanged,
    },
  },
  {
    ...document,
    id: 'docsPage',
    path: '/docs',
    summary: 'A page to read it',
    answers: { 200: { description: 'HTML.', content: { 'text/html': { schema: z.string() } } }, 304: unchanged },
  },
];
