import { z } from 'zod';
import { pageQuerySchema } from '../http/paging.ts';

const moment = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be an ISO 8601 time')
  .transform((text) => new Date(text));

/** Filters of the admin API's lists (product 3). The cursor is the last id of the page before. */
export const listQuerySchema = pageQuerySchema.extend({
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'must be a nextCursor of this list')
    .transform(BigInt)
    .optional(),
  status: z.string().max(40).optional(),
  installation: z.string().max(40).toLowerCase().optional(),
  conversation: z.string().max(200).optional(),
  from: moment.optional(),
  to: moment.optional(),
});

export type ListQuery = z.output<typeof listQuerySchema>;

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Cuts a page out of rows that were read one further than asked for. */
export function toPage<Item extends { id: string }>(rows: Item[], limit: number): Page<Item> {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Newest first; a conversation may be given with or without its installation. */
export function conversationFilter(conversation: string | undefined): string | { endsWith: string } | undefined {
  if (conversation === undefined) return undefined;
  return conversation.includes(':') ? conversation : { endsWith: `:${conversation}` };
}
