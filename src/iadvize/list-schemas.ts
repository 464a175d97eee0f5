import { z } from 'zod';
import { historySchema, idText, text } from './rest-schemas.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A conversation of REST's, with no more demanded of it than that it has a number. */
export const listedItemSchema = z.object({
  id: idText.pipe(z.string().regex(/^\d+$/)),
  created_at: text,
  closed_at: text,
  website_id: text,
  channel: text,
  visitor_uid: text,
  operator_id: text,
  // Nobody answers it yet: a flag in whatever spelling.
  waitinglist: z
    .unknown()
    .optional()
    .transform((flag) => flag === true || flag === 1 || flag === '1' || flag === 'true'),
  // Events spell it in lower case. Anything but a UUID is no id that they use.
  xmpp_id: text.transform((id) => (id !== undefined && UUID.test(id) ? id.toLowerCase() : undefined)),
});

export type ListedItem = z.output<typeof listedItemSchema>;

/** The same, read alone, with the moments at which its messages were written: only those carry an epoch in ms. */
export const wholeItemSchema = listedItemSchema
  .extend({ history: historySchema.nullish().catch(undefined) })
  .transform(({ history, ...item }) => {
    const epochs = (history ?? []).map(([, , , epoch]) => Number(epoch)).filter((ms) => ms > 0 && ms < 8.64e15);
    return { ...item, saidAt: epochs.sort((one, other) => one - other).map((ms) => new Date(ms)) };
  });
