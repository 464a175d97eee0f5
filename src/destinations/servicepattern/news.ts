import type { RemoteChat } from '../remote-chat.ts';
import { changeState } from './state.ts';
import type { ServicepatternEvent } from './wire.ts';

/** Typing goes by, and what is only typed is no news. */
const PASSING = new Set(['chat_session_typing', 'chat_session_not_typing']);

/** Whether any of these says more than that somebody types. */
export const haveNews = (events: readonly ServicepatternEvent[]): boolean =>
  events.some(({ event }) => !PASSING.has(event));

/** Events that an answer of v1 hands out may come in no poll: the listener is told to read history. */
export async function rememberNews(chat: RemoteChat, events: readonly ServicepatternEvent[]): Promise<void> {
  if (!haveNews(events)) return;
  await changeState(chat, (stored) => ({ ...stored, newsInAnswers: stored.newsInAnswers + 1 }));
}
