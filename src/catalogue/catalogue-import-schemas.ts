import { z } from 'zod';
import { FEED_FORMATS } from './raw-item.ts';

/** `?format=…&allowShrink=true&source=cli` of an upload. */
export const importQuerySchema = z.object({
  format: z.enum(FEED_FORMATS).optional(),
  allowShrink: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  source: z.enum(['api', 'cli']).default('api'),
});

/** `?importId=…`: that import in place of the latest. */
export const statusQuerySchema = z.object({
  importId: z
    .string()
    .regex(/^\d{1,18}$/, 'must be an importId')
    .optional(),
});

/** A body that names a feed in place of being one. */
export const feedAddressSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }),
  format: z.enum(FEED_FORMATS).optional(),
  allowShrink: z.boolean().optional(),
});
