import { z } from 'zod';

/** One line of text; NUL and the like can be in no name of ours. */
export const plainText = (maxLength: number) =>
  z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be plain text')
    .max(maxLength);

/** `limit` (default 50, at most 200) and `cursor` of the admin API's lists (product 3). */
export const pageQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform((text) => Math.min(Math.max(Number(text), 1), 200))
    .default(50)
    .meta({ type: 'integer', minimum: 1, maximum: 200, description: 'Items of a page, 50 unless told.' }),
  cursor: plainText(200).optional().describe('The `nextCursor` of the page before.'),
});

/** A page of such a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last one.'),
  });
