import { z } from 'zod';
import { HttpError } from '../http/errors.ts';
import type { Database } from '../persistence/database.ts';
import { pageQuerySchema, plainText } from '../http/paging.ts';

const moment = z
  .string()
  .refine((text) => /^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text)), 'must be an ISO 8601 time')
  .transform((text) => new Date(text));

/** Filters of the admin API's lists (product 3). The cursor is the last id of the page before. */
export const listQuerySchema = pageQuerySchema.extend({
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'must be a nextCursor of this list')
    .transform(BigInt)
    .optional(),
  status: plainText(40).optional(),
  installation: plainText(40).toLowerCase().optional(),
  conversation: plainText(200).optional(),
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

/**
 * The conversation a filter means: its id in our API, or the bare iAdvize id while only one has it (product 3). Throws
 * 409 with the candidates when several do.
 */
export async function conversationMeant(
  { prisma }: Database,
  text: string | undefined,
): Promise<string | { endsWith: string } | undefined> {
  if (text === undefined || text.includes(':')) return text;
  const where = { id: { endsWith: `:${text}` } };
  const candidates = await prisma.conversation.findMany({
    where,
    select: { id: true },
    take: 10,
    orderBy: { id: 'asc' },
  });
  if (candidates.length > 1) {
    const ids = candidates.map((candidate) => candidate.id).join(', ');
    throw new HttpError('conflict', `Several conversations have that id: ${ids}. Name one of them whole.`, {
      field: 'conversation',
    });
  }
  // Events that wait for their start name a conversation that is not there yet.
  return where.id;
}
