import { createHash } from 'node:crypto';
import type { TranscriptMessage } from './transcript.ts';

/** Entries of one chat that a cursor holds. Older ones are read as new again, and their keys keep them single. */
const MOST_SEEN = 500;

/** One message of an earlier reading, as small as it can be told apart. */
interface Seen {
  /** Hash of its id, or of author and time: what stays when somebody erases its text. */
  slot: string;
  text: string;
  length: number;
  /** An author of an unknown name that was taken for us. */
  isOurs: boolean;
}

export interface Sorted {
  /** Not seen before, in order. */
  fresh: TranscriptMessage[];
  /** Seen before and taken for ours then. */
  ours: TranscriptMessage[];
  /** What the next reading is to be given. `isOurs`: which of the fresh ones are taken for ours. */
  remember(isOurs: (message: TranscriptMessage) => boolean): string[];
}

/** `size` base64url characters of 6 bits each. */
export function hashText(size: number, ...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, size);
}

/**
 * Tells new messages from those of the last reading, as a multiset: two that are equal in everything are two. What only
 * lost words, or all of them, is not new (contract 2.6): in the slot of one that is missing now it is taken for that
 * one. Where messages have neither id nor time the slot is the author's, so there only a shorter text is.
 */
export function sortOutSeen(messages: readonly TranscriptMessage[], remembered: readonly string[]): Sorted {
  const missing = bySlot(remembered.map(parse));
  const described = new Map(messages.map((message) => [message, describe(message)]));
  const of = (message: TranscriptMessage): Omit<Seen, 'isOurs'> => described.get(message) ?? describe(message);
  const kept = new Map<TranscriptMessage, Seen>();
  const fresh: TranscriptMessage[] = [];
  const take = (message: TranscriptMessage, fits: (seen: Seen) => boolean): boolean => {
    const candidates = missing.get(of(message).slot) ?? [];
    const at = candidates.findIndex(fits);
    if (at < 0) return false;
    const [seen] = candidates.splice(at, 1);
    kept.set(message, { ...of(message), isOurs: seen?.isOurs ?? false });
    return true;
  };

  const changed = messages.filter((message) => !take(message, (seen) => seen.text === of(message).text));
  const blank = changed.filter((message) => !message.text);
  for (const message of blank) take(message, () => true);
  for (const message of changed) {
    if (!message.text) continue;
    const replaces = (seen: Seen): boolean => isTold(message) || of(message).length < seen.length;
    if (!take(message, replaces)) fresh.push(message);
  }

  return {
    fresh,
    ours: messages.filter((message) => kept.get(message)?.isOurs),
    remember(isOurs) {
      for (const message of fresh) kept.set(message, { ...of(message), isOurs: isOurs(message) });
      return messages.flatMap((message) => print(kept.get(message))).slice(-MOST_SEEN);
    },
  };
}

/** Whether something other than its author tells this message from others. */
const isTold = ({ id, time }: TranscriptMessage): boolean => id !== undefined || time !== '';

function slotOf({ id, sentBy, time }: TranscriptMessage): string {
  return id === undefined ? hashText(11, 'slot', sentBy, time) : hashText(11, 'id', id);
}

function describe(message: TranscriptMessage): Omit<Seen, 'isOurs'> {
  const { text = '' } = message;
  return { slot: slotOf(message), text: hashText(11, text), length: text.length };
}

function bySlot(entries: readonly Seen[]): Map<string, Seen[]> {
  const slots = new Map<string, Seen[]>();
  for (const entry of entries) slots.set(entry.slot, [...(slots.get(entry.slot) ?? []), entry]);
  return slots;
}

function print(seen: Seen | undefined): string[] {
  if (!seen) return [];
  return [`${seen.slot}.${seen.text}.${seen.length.toString(36)}${seen.isOurs ? '.o' : ''}`];
}

function parse(entry: string): Seen {
  const [slot = '', text = '', length = '0', mark] = entry.split('.');
  return { slot, text, length: Number.parseInt(length, 36), isOurs: mark === 'o' };
}
