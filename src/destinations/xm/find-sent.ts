import { canonicalText } from '../canonical-text.ts';
import type { OutgoingText, Sighting } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { failureOf, isSuccess, jsonOf } from '../remote-call.ts';
import { claimsOf } from './access-token.ts';
import type { XmSession } from './session.ts';
import { decodeText } from './text-encoding.ts';
import { historyAnswerSchema, type XmMessage } from './wire.ts';

const PAGE = 20;
const MAX_PAGES = 200;

/** Reads the room's history, newest first, until the text was seen more often than it was confirmed before. */
export async function findText(session: XmSession, chatId: string, message: OutgoingText): Promise<Sighting> {
  const { userId, accessToken } = session.state();
  // The vendor's own sample has a token whose subject is not the user id: both are us.
  const ours = new Set([userId, claimsOf(accessToken).sub ?? userId]);
  let equal = 0;
  let offset = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const messages = await readPage(session, chatId, offset);
    equal += messages.filter((found) => ours.has(found.sender?.id ?? '') && isSame(found, message)).length;
    if (equal > message.equalBefore) return 'sent';
    const oldest = Math.min(...messages.map((found) => found.sequence ?? Infinity));
    if (messages.length < PAGE) return 'notSent';
    // Without sequences there is no way further back: what is older stays unseen.
    if (!Number.isFinite(oldest)) return 'cannotTell';
    offset = oldest;
  }
  return 'cannotTell';
}

const isSame = (found: XmMessage, message: OutgoingText): boolean => {
  const wanted = canonicalText(message.text);
  return found.message != null && [found.message, decodeText(found.message)].map(canonicalText).includes(wanted);
};

async function readPage(session: XmSession, chatId: string, offset: number): Promise<XmMessage[]> {
  const response = await session.call('GET', `chats/${encodeURIComponent(chatId)}/messages?offset=${offset}`, 'reads');
  if (!isSuccess(response)) throw failureOf(response, 'reads');
  const history = historyAnswerSchema.safeParse(jsonOf(response));
  if (!history.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  return history.data.messages;
}
