import { z } from 'zod';

const partySchema = z.object({ name: z.string().optional(), role: z.enum(['agent', 'bot']) });

/** What one reading leaves to the next. */
const cursorSchema = z.object({
  /** Keys of what was read, oldest first. */
  seen: z.array(z.string()).default([]),
  /** Keys of what was passed over as a scenario's while nobody had announced its party, oldest first. */
  passedOver: z.array(z.string()).default([]),
  /** Who took part, by party id: only the joining says the name. */
  parties: z.record(z.string(), partySchema).default({}),
  /** An agent was there: whoever is not known from now on is one, too. */
  connected: z.boolean().default(false),
  /** Failed polls in a row. */
  failures: z.int().default(0),
  /** Up to which of the chat's `newsInAnswers` history was compared. */
  newsCompared: z.int().default(0),
  /** From when on history is compared once more, in ms since 1970: what was lost may show there late. */
  compareFrom: z.number().optional(),
  /** An end that waits until then: what history is still to show was said before it. */
  end: z.enum(['ended', 'inactive', 'failed', 'gone']).optional(),
  /** When "typing" was last signalled to keep the chat alive, in ms since 1970. */
  keptAliveAt: z.number().optional(),
});

export type Party = z.output<typeof partySchema>;
export type ServicepatternCursor = z.output<typeof cursorSchema>;

/** A chat this long is read anew at its beginning; what is told twice then has the same key. */
const SEEN_KEPT = 2_000;
const PASSED_OVER_KEPT = 100;

/** A cursor that cannot be read is none: history tells everything again, under the same keys. */
export function readCursor(stored: unknown): ServicepatternCursor {
  return cursorSchema.catch(cursorSchema.parse({})).parse(stored ?? {});
}

export const withSeen = (
  cursor: ServicepatternCursor,
  keys: readonly string[],
  passedOver: ReadonlySet<string>,
): ServicepatternCursor => ({
  ...cursor,
  seen: [...cursor.seen, ...keys].slice(-SEEN_KEPT),
  passedOver: [...passedOver].slice(-PASSED_OVER_KEPT),
});
