import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { WireEvent } from './servicepattern-effects.ts';

export interface ServicepatternChat {
  chatId: string;
  clientId: string;
  state: string;
  isOver: boolean;
  /** Not handed out by a poll yet. */
  queue: WireEvent[];
  history: { event: WireEvent; shownFrom: number }[];
  isPolled: boolean;
  changed: EventEmitter;
  nextMsgId: number;
}

export interface ServicepatternChats {
  /** The session of an end user, and whether it was made now. */
  request: (clientId: string) => { chat: ServicepatternChat; isNew: boolean };
  activeOf: (clientId: string) => ServicepatternChat | undefined;
  get: (chatId: string) => ServicepatternChat | undefined;
  all: () => ServicepatternChat[];
  /** From the server's side: to the poll and into history. */
  emit: (chat: ServicepatternChat, event: WireEvent) => void;
  /** From the visitor's side: into history, with the chat as its party. */
  record: (chat: ServicepatternChat, event: WireEvent) => void;
  end: (chat: ServicepatternChat) => void;
  shown: (chat: ServicepatternChat) => WireEvent[];
  /** Waits until something is in the queue, the chat is over or the signal fires. */
  news: (chat: ServicepatternChat, signal: AbortSignal) => Promise<void>;
  /** The server's time now, in ms. */
  now: () => number;
  /** The same as captured traffic has it: decimal text, seconds. */
  wireTime: () => string;
  slowToShowMs: number;
  /** How far the server's clock is ahead of ours, in ms. */
  clockSkewMs: number;
}

export function createServicepatternChats(): ServicepatternChats {
  const chats = new Map<string, ServicepatternChat>();
  /** By the client; it may be over. */
  const latest = new Map<string, ServicepatternChat>();
  const keep = (chat: ServicepatternChat, event: WireEvent): void =>
    void chat.history.push({ event, shownFrom: Date.now() + store.slowToShowMs });

  const store: ServicepatternChats = {
    slowToShowMs: 0,
    clockSkewMs: 0,
    now: () => Date.now() + store.clockSkewMs,
    wireTime: () => String(Math.floor(store.now() / 1000)),
    request(clientId) {
      const active = store.activeOf(clientId);
      if (active) return { chat: active, isNew: false };
      const chat: ServicepatternChat = {
        chatId: randomUUID(),
        clientId,
        state: 'queued',
        isOver: false,
        queue: [],
        history: [],
        isPolled: false,
        changed: new EventEmitter(),
        nextMsgId: 0,
      };
      chats.set(chat.chatId, chat);
      latest.set(clientId, chat);
      store.emit(chat, { event: 'chat_session_status', state: 'queued', ewt: '' });
      return { chat, isNew: true };
    },
    activeOf(clientId) {
      const chat = latest.get(clientId);
      return chat?.isOver ? undefined : chat;
    },
    get: (chatId) => chats.get(chatId),
    all: () => [...chats.values()],
    emit(chat, event) {
      chat.queue.push(event);
      keep(chat, event);
      chat.changed.emit('news');
    },
    record: (chat, event) => keep(chat, { ...event, party_id: chat.chatId, timestamp: store.wireTime() }),
    end(chat) {
      chat.isOver = true;
      chat.changed.emit('news');
    },
    shown(chat) {
      // A late entry is late in order: nothing shows before what was written ahead of it.
      const hidden = chat.history.findIndex(({ shownFrom }) => shownFrom > Date.now());
      return chat.history.slice(0, hidden === -1 ? undefined : hidden).map(({ event }) => event);
    },
    async news(chat, signal) {
      while (chat.queue.length === 0 && !chat.isOver && !signal.aborted) {
        await once(chat.changed, 'news', { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      }
    },
  };
  return store;
}
