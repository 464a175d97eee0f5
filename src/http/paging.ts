import { z } from 'zod';

/** `limit` (default 50, at most 200) and `cursor` of the admin API's lists (product 3). */
export const pageQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform((text) => Math.min(Math.max(Number(text), 1), 200))
    .default(50),
  cursor: z.string().max(200).optional(),
});
