import type { XmMessage, XmRoom, XmRooms, XmTyping } from './xm-rooms.ts';

export interface XmSyncQuery {
  timeoutMs: number;
  /** 0 when the caller sent none: then only what no sync has handed out yet is news. */
  lastSyncedAt: number;
  /** A server that forgets what it has handed out, whatever the caller echoes. */
  handsOutOnce: boolean;
  gone: AbortSignal;
}

export interface XmSyncAnswer {
  lastSyncedAt: number;
  messages: XmMessage[];
  userTypingEvents?: XmTyping[];
}

/** Waits for news of the room; undefined when the room has gone meanwhile. */
export async function syncXmRoom(rooms: XmRooms, room: XmRoom, query: XmSyncQuery): Promise<XmSyncAnswer | undefined> {
  const after = query.handsOutOnce || query.lastSyncedAt === 0 ? room.handedOut : query.lastSyncedAt;
  const news = () => room.news.filter(({ stamp }) => stamp > after);
  const exists = () => rooms.get(room.chatId) === room;

  const end = new AbortController();
  const stop = (): void => end.abort();
  const timer = setTimeout(stop, query.timeoutMs);
  query.gone.addEventListener('abort', stop, { once: true });
  try {
    while (exists() && news().length === 0) await rooms.changed(room, end.signal);
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    query.gone.removeEventListener('abort', stop);
  }

  if (!exists()) return undefined;
  const found = news();
  const lastSyncedAt = found.at(-1)?.stamp ?? rooms.stampNow();
  // Nothing counts as handed out to a caller that had hung up while it waited.
  if (!query.gone.aborted) room.handedOut = Math.max(room.handedOut, lastSyncedAt);
  const typing = found.flatMap((item) => ('typing' in item ? [item.typing] : []));
  return {
    lastSyncedAt,
    messages: found.flatMap((item) => ('message' in item ? [item.message] : [])),
    ...(typing.length > 0 && { userTypingEvents: typing }),
  };
}
