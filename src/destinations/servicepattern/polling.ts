import { DestinationFailure } from '../destination-failure.ts';
import type { RemoteChat } from '../remote-chat.ts';
import type { ServicepatternClient } from './client.ts';
import { haveNews } from './news.ts';
import { changeState } from './state.ts';
import type { ServicepatternEvent } from './wire.ts';

/** Events, or the failure that says that the chat is not known any more. */
export type OrGone = ServicepatternEvent[] | DestinationFailure;

export const isGone = (answer: OrGone): answer is DestinationFailure => answer instanceof DestinationFailure;

/** That a chat is gone is an answer, too. Throws whatever else the call failed with. */
export async function orGone(call: Promise<ServicepatternEvent[]>): Promise<OrGone> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DestinationFailure && error.kind === 'gone') return error;
    throw error;
  }
}

/** Undefined when the poll failed in a way that may have cost events; whatever else it failed with is thrown. */
export async function poll(
  client: ServicepatternClient,
  chatId: string,
  signal: AbortSignal,
): Promise<OrGone | undefined> {
  try {
    return await orGone(client.poll(chatId, signal));
  } catch (error) {
    const mayBeLost = error instanceof DestinationFailure && error.kind === 'notSent' && error.code !== 'unreachable';
    // A server that names its time is left alone until then.
    if (mayBeLost && error.retryAfterMs === undefined && !signal.aborted) return undefined;
    throw error;
  }
}

export interface Missed {
  history: ServicepatternEvent[];
  /** As in the cursor, once this history is read. */
  newsCompared: number;
}

/**
 * Where an answer to one of our own calls handed out events since this reading began: history, which has them in their
 * place. What was polled came after them, and may be the last that is heard of this chat. Undefined when there were
 * none, and when history is gone.
 */
export async function missedBy(
  polled: OrGone,
  newsCompared: number,
  chat: RemoteChat,
  client: ServicepatternClient,
  signal: AbortSignal,
): Promise<Missed | undefined> {
  // Most polls bring nothing: they must not cost a look into the database.
  if (!isGone(polled) && !haveNews(polled)) return undefined;
  const { newsInAnswers } = await changeState(chat, (stored) => stored);
  if (newsInAnswers <= newsCompared) return undefined;
  try {
    const history = await orGone(client.history(chat.remoteId, signal));
    return isGone(history) ? undefined : { history, newsCompared: newsInAnswers };
  } catch (error) {
    if (isGone(polled) || !(error instanceof DestinationFailure)) throw error;
    // What was polled is handed out once, so it is kept, and the next reading compares.
    return { history: [], newsCompared };
  }
}
