import type { OutgoingText, Sighting, StartContext } from '../contract.ts';
import { toClientFields } from './to-remote.ts';
import type { ThuliumChat } from './wire.ts';

/** Names of the client's side in `sent_by` (contract 2.4); other sides cannot be ours. */
const OURS: ReadonlySet<string> = new Set(['CLIENT', 'CUSTOMER']);

/** Times in lists are to the second and by another clock. */
const CLOCK_TOLERANCE_MS = 5_000;

const comparable = (text: string): string => text.replaceAll('\r\n', '\n').trim();

/** Thulium gives no message ids: more texts like this one than were confirmed before means that it arrived. */
export function findText(chat: ThuliumChat | undefined, message: OutgoingText): Sighting {
  if (!chat?.messages) return 'cannotTell';
  const wanted = comparable(message.text);
  const equal = chat.messages.filter(
    ({ sentBy, text }) => OURS.has(sentBy.toUpperCase()) && text !== undefined && comparable(text) === wanted,
  );
  return equal.length > message.equalBefore ? 'sent' : 'notSent';
}

/** Chats that an earlier start with this context may have made: same person, not begun before that attempt, not closed. */
export function chatsLike(
  chats: readonly ThuliumChat[],
  context: StartContext,
  since: Date,
  timeZone: string,
): ThuliumChat[] {
  const fields = toClientFields(context);
  const name = [fields.client_name, fields.client_surname].filter(Boolean).join(' ');
  return chats.filter((chat) => {
    const createdAt = parseLocalTime(chat.created_at ?? '', timeZone);
    const inTime = createdAt === undefined || createdAt.getTime() >= since.getTime() - CLOCK_TOLERANCE_MS;
    const sameEmail = fields.client_email !== undefined && chat.client_email === fields.client_email;
    const sameName = fields.client_email === undefined && (chat.client_name ?? '').trim() === name;
    return inTime && (sameEmail || sameName) && chat.status?.toUpperCase() !== 'CLOSED';
  });
}

/** Reads "2024-06-01 10:00:00.100" as a local time of the zone; undefined when it is none. */
export function parseLocalTime(text: string, timeZone: string): Date | undefined {
  const asUtc = new Date(`${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(asUtc.getTime())) return undefined;
  // The zone's offset at the instant that is right but for the offset; exact except in the hour when clocks change.
  const guess = new Date(asUtc.getTime() - offsetMs(asUtc, timeZone));
  return new Date(asUtc.getTime() - offsetMs(guess, timeZone));
}

function offsetMs(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -size : size;
}
