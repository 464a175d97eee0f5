import { z } from 'zod';
import { HttpError } from '../http/errors.ts';
import type { Database } from '../persistence/database.ts';
import { pageQuerySchema, plainText } from '../http/paging.ts';
import { conversationsNamed, idsOfConversation } from './known-ids.ts';
import { installationFilter } from '../installations/installation-in-path.ts';

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
    .optional()
    .describe('The `nextCursor` of the page before.'),
  status: plainText(40).optional().describe('Only items with this status.'),
  installation: installationFilter.optional().describe('Only items of this installation: `ha-123`.'),
  conversation: plainText(200)
    .optional()
    .describe('Only items of this conversation: `ha-123:456`, or `456` while only one conversation has that id.'),
  from: moment.optional().describe('Only items from this time on: ISO 8601.'),
  to: moment.optional().describe('Only items before this time: ISO 8601.'),
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

/** For conversations of this iAdvize id, whatever their installation. Prisma leaves the wildcards of LIKE as they are. */
export const withBareId = (text: string): { endsWith: string } => ({
  endsWith: `:${text.replace(/[\\%_]/g, '\\$&')}`,
});

/**
 * The ids that events of the conversation carry which a filter means, its own first: the filter may name any of them,
 * or the bare iAdvize id while only one conversation has it (product 3). Throws 409 with the candidates when several do.
 */
export async function conversationMeant(
  database: Database,
  text: string | undefined,
): Promise<{ in: string[] } | { endsWith: string } | undefined> {
  if (text === undefined) return undefined;
  const whole = text.includes(':');
  const [own, ...others] = await conversationsNamed(database, whole ? text : withBareId(text));
  if (others.length > 0) {
    const ids = [own, ...others].join(', ');
    throw new HttpError('conflict', `Several conversations have that id: ${ids}. Name one of them whole.`, {
      field: 'conversation',
    });
  }
  if (own !== undefined) return { in: await idsOfConversation(database, own) };
  // Events that wait for their start name a conversation that is not there yet.
  return whole ? { in: [text] } : withBareId(text);
}
