import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { installationParams } from '../installations/installation-params.ts';
import {
  feedAddressSchema,
  importQuerySchema,
  importStarted,
  importStatus,
  statusQuerySchema,
} from './catalogue-import-schemas.ts';

const feed = z
  .string()
  .meta({ format: 'binary', description: 'The feed itself, as it is or gzipped; at most 64 MiB.' });
const run = { source: 'api', failure: null, detail: null, skipped: 0, bytesRead: 4321, problems: [] } as const;
const live = { importId: '7', status: 'live', items: 12, startedAt: '2026-01-05T10:00:00.000Z' } as const;
const liveImport = { ...run, ...live, finishedAt: '2026-01-05T10:00:01.000Z' };

const KINDS = [
  { kind: 'catalogue', name: 'Catalogue', feedOf: 'a product feed', item: 'products' },
  { kind: 'customers', name: 'Customers', feedOf: 'a customer list', item: 'customers' },
] as const;

/** What `catalogueImportRoutes` answers. */
export const catalogueImportPaths: readonly Operation[] = KINDS.flatMap(({ kind, name, feedOf, item }) => {
  const common = {
    path: `/admin/api/installations/{id}/${kind}`,
    tag: 'Feeds',
    guard: 'admin',
    params: installationParams,
  } as const;
  const start: Operation = {
    ...common,
    id: `import${name}`,
    method: 'post',
    summary: `Imports ${feedOf}`,
    description: `The import goes on after the answer. Agents see its ${item} once it is complete, all at once; an import that fails changes nothing.`,
    query: importQuerySchema,
    body: {
      description: 'The feed itself, or a small JSON object that says where it is.',
      content: {
        ...json(feedAddressSchema, { address: { url: 'https://shop.example/feed.xml' } }),
        'application/octet-stream': { schema: feed },
      },
    },
    answers: { 202: { description: 'It has begun.', content: json(importStarted) } },
    errors: ['not-found', 'conflict', 'body-too-large', 'invalid-input', 'too-many-requests'],
  };
  const look: Operation = {
    ...common,
    id: `get${name}Import`,
    method: 'get',
    summary: `Progress and problems of the imports of ${feedOf}`,
    query: statusQuerySchema,
    answers: {
      200: {
        description: 'The latest import, the live one and the last failure.',
        content: json(importStatus, { done: { latest: liveImport, live: liveImport, lastFailure: null } }),
      },
    },
    errors: ['not-found', 'invalid-input'],
  };
  return [start, look];
});
