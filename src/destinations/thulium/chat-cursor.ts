import { z } from 'zod';

/** A file is remembered by the hash in its key. */
const MOST_FILES = 200;

const cursorSchema = z.object({
  /** What `seen-messages.ts` remembers. */
  seen: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
  /** Full passes of the list in a row that did not show this chat. */
  misses: z.int().min(0).default(0),
  /** When the chat was first seen closed, in ms since 1970. */
  closedAt: z.number().optional(),
  /** It was stopped because nobody answered. */
  gaveUp: z.boolean().optional(),
});

/** What one reading of a chat leaves for the next: a few hundred short entries at most. */
export type ChatCursor = z.output<typeof cursorSchema>;

/** One that cannot be read is none: everything is read again, and its keys keep it single. */
export function readCursor(stored: unknown): ChatCursor {
  const cursor = cursorSchema.safeParse(stored ?? {});
  return cursor.success ? cursor.data : cursorSchema.parse({});
}

export const rememberFiles = (keys: readonly string[]): string[] => keys.slice(-MOST_FILES);
