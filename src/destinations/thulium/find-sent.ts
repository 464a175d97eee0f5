import { canonicalText } from '../canonical-text.ts';
import type { OutgoingText, Sighting, StartContext } from '../contract.ts';
import { toClientFields } from './to-remote.ts';
import type { ThuliumChat } from './wire.ts';

/** Names in `sent_by` that are certainly not the client's side (contract 2.4). The list of names is documented nowhere. */
const NOT_OURS: ReadonlySet<string> = new Set([
  ...['USER', 'AGENT', 'CONSULTANT'],
  ...['BOT', 'CHATBOT', 'EXTERNAL_CHATBOT'],
  'SYSTEM',
]);

const mayBeOurs = ({ sentBy }: { sentBy: string }): boolean => !NOT_OURS.has(sentBy.toUpperCase());

/**
 * Thulium gives no message ids: more texts like this one than were confirmed before means that it arrived. A message
 * whose text cannot be read may be the one, so then nobody can tell.
 */
export function findText(chat: ThuliumChat | undefined, message: OutgoingText): Sighting {
  if (!chat?.messages) return 'cannotTell';
  const wanted = canonicalText(message.text);
  const candidates = chat.messages.filter(mayBeOurs);
  const equal = candidates.filter(({ text }) => text !== undefined && canonicalText(text) === wanted);
  if (equal.length > message.equalBefore) return 'sent';
  return candidates.some(({ text }) => text === undefined) ? 'cannotTell' : 'notSent';
}

/**
 * Chats that an earlier start with this context may have made: of our queue, of the same person, not closed, and
 * without a word of the client's yet, since our start carries none. Times are not asked: they state no zone, and the
 * clock is another one.
 */
export function chatsLike(chats: readonly ThuliumChat[], context: StartContext, queueId: number): ThuliumChat[] {
  const fields = toClientFields(context);
  const name = [fields.client_name, fields.client_surname].filter(Boolean).join(' ');
  return chats.filter((chat) => {
    const samePerson =
      fields.client_email === undefined
        ? (chat.client_name ?? '').trim() === name
        : chat.client_email?.toLowerCase() === fields.client_email.toLowerCase();
    const silent = !(chat.messages ?? []).some(mayBeOurs);
    return chat.chat_queue_id === queueId && samePerson && silent && chat.status?.toUpperCase() !== 'CLOSED';
  });
}
