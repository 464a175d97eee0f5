import { refuse } from './servicepattern-access.ts';
import type { ServicepatternChat } from './servicepattern-chats.ts';
import type { ServicepatternParts } from './servicepattern-routes.ts';
import type { SimulatorAnswer } from './simulator-server.ts';

/** Get New Chat Events: held until there is news, one at a time, each event handed out once. */
export async function pollChat(
  { chats, ledger, switches }: ServicepatternParts,
  chat: ServicepatternChat,
  isV2: boolean,
  gone: AbortSignal,
): Promise<SimulatorAnswer> {
  const { chatId } = chat;
  if (chat.isPolled) {
    ledger.append({ kind: 'second-poll', chatId });
    return refuse(isV2 ? 429 : 400, '5509', 'Too many concurrent polls');
  }
  chat.isPolled = true;
  try {
    await chats.news(chat, AbortSignal.any([gone, AbortSignal.timeout(switches.holdMs)]));
  } finally {
    release(chat, gone.aborted ? switches.noticesHangUpAfterMs : 0);
  }
  // Nothing is handed out to a caller that had hung up while it waited.
  if (gone.aborted) return { status: 200 };
  if (chat.isOver && chat.queue.length === 0) return refuse(404, '5005', 'Chat session is not found');
  const events = chat.queue.splice(0);
  ledger.append({ kind: 'poll', chatId, events: events.length });
  if (events.length > 0) return { status: 200, body: { events } };
  if (switches.emptyPoll === 'nothing') return { status: 200 };
  return switches.emptyPoll === 'code' ? refuse(200, '5511', 'No events') : { status: 200, body: { events: [] } };
}

/** A server sees late that its caller has gone, and until then counts it as polling. */
function release(chat: ServicepatternChat, afterMs: number): void {
  if (afterMs === 0) chat.isPolled = false;
  else setTimeout(() => (chat.isPolled = false), afterMs).unref();
}
