import { DestinationFailure } from '../destination-failure.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import { xmFailure } from './failures.ts';
import type { XmSession } from './session.ts';
import { historyAnswerSchema, type XmMessage } from './wire.ts';

const PAGE = 20;
const MAX_PAGES = 200;
/** Sequence of a room's first message. */
const FIRST = 1;

/** How far back the pages went: to the end of the history, or not that far. */
export type HistoryEnd = 'complete' | 'cut-off';

/**
 * The room's history page by page, newest first (contract 3.4). Returns `cut-off` when there is no way further back: a
 * server that gives no sequences, or a history beyond 4,000 messages. Throws `DestinationFailure`.
 */
export async function* readHistory(
  session: XmSession,
  chatId: string,
  signal?: AbortSignal,
): AsyncGenerator<XmMessage[], HistoryEnd> {
  let offset = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const messages = await readPage(session, chatId, offset, signal);
    // Everything on it was left out, and there is another one before it. Of the newest page nobody can say that.
    if (messages.length === 0 && offset > PAGE + FIRST) {
      offset -= PAGE;
      continue;
    }
    yield messages;
    const oldest = Math.min(...messages.map(({ sequence }) => sequence ?? Infinity));
    // Notes among agents may be left out of a page after it was cut: a short one is not yet the end.
    const isEnd = messages.length < PAGE && (oldest <= FIRST || oldest === Infinity);
    // An offset of 0 means the newest again.
    if (isEnd || oldest <= 0) return 'complete';
    // A bound that does not come down would be asked for again and again.
    if (!Number.isFinite(oldest) || (offset !== 0 && oldest >= offset)) return 'cut-off';
    offset = oldest;
  }
  return 'cut-off';
}

/** What is newer than `known`, oldest first; all there is without it. */
export async function readBack(
  session: XmSession,
  chatId: string,
  known: number | undefined,
  signal: AbortSignal,
): Promise<XmMessage[]> {
  const found: XmMessage[] = [];
  const next = (known ?? -Infinity) + 1;
  for await (const page of readHistory(session, chatId, signal)) {
    found.push(...page);
    if (page.some(({ sequence }) => sequence !== undefined && sequence <= next)) break;
  }
  return found.reverse();
}

async function readPage(
  session: XmSession,
  chatId: string,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<XmMessage[]> {
  const path = `chats/${encodeURIComponent(chatId)}/messages?offset=${offset}`;
  const response = await session.call({ method: 'GET', path, effect: 'reads', ...(signal && { signal }) });
  if (!isSuccess(response)) throw xmFailure(response, 'reads');
  const history = historyAnswerSchema.safeParse(jsonOf(response));
  if (!history.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  return history.data.messages;
}
