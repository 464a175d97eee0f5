import { z } from 'zod';
import type { ReceivingChat } from '../receiving.ts';

/** Keys that are remembered: some more than one page of history. */
const RECENT = 60;

/** What one reading leaves for the next. All times in ms since 1970, by our clock. */
const cursorSchema = z.object({
  mark: z.union([z.string(), z.number()]).optional(),
  /** Every message up to this sequence is known. */
  through: z.int().optional(),
  /** Keys of the last messages, for servers without sequences. */
  recent: z.array(z.string()),
  /** Agents who wrote and did not leave since. */
  agents: z.array(z.string()),
  /** When nothing was missing, last. */
  reconciledAt: z.number(),
  /** For how long nobody has written, as far as readings followed each other, in ms. */
  quietMs: z.number(),
  /** When the last reading began. */
  lookedAt: z.number(),
});

export type XmCursor = z.infer<typeof cursorSchema>;

export function cursorOf({ cursor, openedAt }: ReceivingChat): XmCursor {
  const stored = cursorSchema.safeParse(cursor);
  if (stored.success) return stored.data;
  return { recent: [], agents: [], reconciledAt: 0, quietMs: 0, lookedAt: openedAt.getTime() };
}

/**
 * A reading that begins now. Between two of them no more than `mostMs` counts as silence: a clock that was set an hour
 * ahead must not end every chat there is.
 */
export function withSilence(cursor: XmCursor, nowMs: number, mostMs: number): XmCursor {
  const passedMs = Math.min(Math.max(nowMs - cursor.lookedAt, 0), mostMs);
  return { ...cursor, quietMs: cursor.quietMs + passedMs, lookedAt: nowMs };
}

export function remember(cursor: XmCursor, key: string): void {
  cursor.recent = [...cursor.recent.filter((known) => known !== key), key].slice(-RECENT);
}
