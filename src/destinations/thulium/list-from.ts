import { z } from 'zod';
import type { ReceivingChat } from '../receiving.ts';
import type { RemoteChat } from '../remote-chat.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Days by which chats are listed, YYYY-MM-DD, both included; without a last one, up to now. */
export interface Days {
  from: string;
  to?: string;
}

/**
 * The day before, as YYYY-MM-DD: lists go by the start date in a zone that nobody states (contract 3), and a date
 * without a time means the whole day.
 */
export const dayBefore = (date: Date): string => new Date(date.getTime() - DAY_MS).toISOString().slice(0, 10);

/** The second day after: the last that may hold the start of a chat that was open by then, wherever days begin. */
export const secondDayAfter = (date: Date): string => new Date(date.getTime() + 2 * DAY_MS).toISOString().slice(0, 10);

const stateSchema = z.object({ listFrom: z.string().regex(/^\d{4}-\d{2}-\d{2}$/) });

/** The date from which lists show this chat. Throws ZodError for a state that is not ours. */
export function listFrom(chat: RemoteChat | ReceivingChat): string {
  const state = stateSchema.safeParse(chat.state);
  if (!state.success && 'openedAt' in chat) return dayBefore(chat.openedAt);
  return (state.data ?? stateSchema.parse(chat.state)).listFrom;
}
