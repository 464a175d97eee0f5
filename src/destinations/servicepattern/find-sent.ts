import { canonicalText } from '../canonical-text.ts';
import type { DoubtfulText, Sighting } from '../contract.ts';
import { sightingByCount } from '../sighting-by-count.ts';
import { htmlToText } from '../html-to-text.ts';
import { isOwn } from './own-events.ts';
import { isMsgIdOfOurs, msgIdOf } from './to-remote.ts';
import type { ServicepatternEvent } from './wire.ts';

/**
 * Looks for a message of ours in a chat's history: by its id, a file also by the id of its upload. Whether every server
 * keeps our ids is not known, so a text under a foreign id counts too, where there are more of it than were confirmed.
 */
export function findSent(
  history: readonly ServicepatternEvent[],
  chatId: string,
  message: DoubtfulText,
  fileId: string | undefined,
): Sighting {
  const msgId = msgIdOf(chatId, message.key);
  const own = history.filter((event) => isOwn(event, chatId));
  if (own.some((event) => event.msg_id === msgId)) return 'sent';
  if (fileId !== undefined && own.some((event) => event.file_id === fileId)) return 'sent';
  const equal = own.filter((event) => hasText(event, message.text));
  const renamed = equal.some(({ msg_id: id = '' }) => !isMsgIdOfOurs(id, chatId));
  return renamed ? sightingByCount(equal.length, message) : 'notSent';
}

function hasText(event: ServicepatternEvent, text: string): boolean {
  if (event.event !== 'chat_session_message') return false;
  const wanted = canonicalText(text);
  const { msg = '', msg_text: plain = msg } = event;
  return [plain, msg, htmlToText(msg)].map(canonicalText).includes(wanted);
}
