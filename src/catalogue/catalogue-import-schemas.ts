import { z } from 'zod';
import { FEED_FAILURES } from './feed-failure.ts';
import type { ShownImport } from './feed-import-store.ts';
import { FEED_FORMATS } from './raw-item.ts';

/** `?format=…&allowShrink=true&source=cli` of an upload. */
export const importQuerySchema = z.object({
  format: z.enum(FEED_FORMATS).optional().describe('Guessed from the content where it is absent.'),
  allowShrink: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Whether the feed may have fewer than half of the items that are live now.'),
  source: z.enum(['api', 'cli']).default('api').describe('What the import is noted as.'),
});

/** `?importId=…`: that import in place of the latest. */
export const statusQuerySchema = z.object({
  importId: z
    .string()
    .regex(/^\d{1,18}$/, 'must be an importId')
    .optional()
    .describe('Asks for that import in place of the latest.'),
});

/** A body that names a feed in place of being one. */
export const feedAddressSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }),
  format: z.enum(FEED_FORMATS).optional(),
  allowShrink: z.boolean().optional(),
});

/** An import as the operator sees it. */
const shownImport = z
  .object({
    importId: z.string(),
    status: z.enum(['running', 'live', 'replaced', 'unchanged', 'failed']),
    source: z.enum(['url', 'api', 'cli']),
    failure: z.enum(FEED_FAILURES).nullable(),
    detail: z.string().nullable().describe('One sentence: what went wrong and what to do.'),
    items: z.number(),
    skipped: z.number(),
    bytesRead: z.number(),
    problems: z
      .array(z.object({ line: z.number(), id: z.string().nullable(), reason: z.string() }))
      .describe('The first items that could not be used.'),
    startedAt: z.coerce.date(),
    finishedAt: z.coerce.date().nullable(),
  })
  .meta({ id: 'FeedImport' }) satisfies z.ZodType<ShownImport>;

/** Answer of a start. */
export const importStarted = z.object({ importId: z.string(), status: z.literal('running') });

/** Answer of a look at a feed's imports; null where there is none. */
export const importStatus = z.object({
  latest: shownImport.nullable().describe('The newest, or the one that was asked for.'),
  live: shownImport.nullable().describe('The one agents see.'),
  lastFailure: shownImport.nullable(),
});
