import { canonicalText } from '../canonical-text.ts';
import type { DoubtfulText, Sighting, StartContext } from '../contract.ts';
import { sightingByCount } from '../sighting-by-count.ts';
import { toClientFields } from './to-remote.ts';
import { type Mapping, readTranscript, type TranscriptMessage } from './transcript.ts';
import type { ThuliumChat } from './wire.ts';

/** With an `externalChatbotId` our own messages show as a bot's. */
export type SightMapping = Mapping & { externalChatbotId?: string | undefined };

/** An author whose name nobody has listed may be us (contract 2.4). */
const mayBeOurs = ({ author }: TranscriptMessage, { externalChatbotId }: SightMapping): boolean =>
  author === 'self' || author === 'unknown' || (author === 'bot' && externalChatbotId !== undefined);

/**
 * Thulium gives no message ids: more texts like this one than were confirmed before means that it arrived. A message
 * whose text cannot be read or was erased may be the one, so then nobody can tell.
 */
export function findText(chat: ThuliumChat | undefined, message: DoubtfulText, mapping: SightMapping): Sighting {
  const transcript = chat && readTranscript(chat, mapping);
  if (!transcript) return 'cannotTell';
  const wanted = canonicalText(message.text);
  const candidates = transcript.filter((one) => mayBeOurs(one, mapping));
  const equal = candidates.filter(({ text }) => text !== undefined && canonicalText(text) === wanted);
  const seen = sightingByCount(equal.length, message);
  return seen === 'notSent' && candidates.some(({ text }) => !text) ? 'cannotTell' : seen;
}

/**
 * Chats that an earlier start with this context may have made: of our queue, of the same person, not closed, and
 * without a word of the client's yet, since our start carries none. Times are not asked: they state no zone, and the
 * clock is another one.
 */
export function chatsLike(
  chats: readonly ThuliumChat[],
  context: StartContext,
  queueId: number,
  mapping: SightMapping,
): ThuliumChat[] {
  const fields = toClientFields(context);
  const name = [fields.client_name, fields.client_surname].filter(Boolean).join(' ');
  return chats.filter((chat) => {
    const samePerson =
      fields.client_email === undefined
        ? (chat.client_name ?? '').trim() === name
        : chat.client_email?.toLowerCase() === fields.client_email.toLowerCase();
    const silent = !(readTranscript(chat, mapping) ?? []).some((one) => mayBeOurs(one, mapping));
    return chat.chat_queue_id === queueId && samePerson && silent && chat.status?.toUpperCase() !== 'CLOSED';
  });
}
