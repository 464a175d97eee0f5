import { randomUUID } from 'node:crypto';
import { localTime } from './local-time.ts';

export const THULIUM_TIME_ZONE = 'Europe/Warsaw';

export interface ThuliumMessage {
  sent_by: 'CLIENT' | 'AGENT';
  text: string;
  date: string;
}

/** A chat with the field names of `GET chats`; `messages` and `files` are there on request only. */
export interface ThuliumChat {
  chat_queue_id: number;
  client_email: string;
  client_name: string;
  customer_id: number | null;
  conversation_id: string;
  created_at: string;
  closed_at: string | null;
  status: 'CREATED' | 'IN_PROGRESS' | 'CLOSED';
  user_login: string | null;
  messages?: ThuliumMessage[];
  files?: object[];
}

export interface ThuliumClient {
  chat_queue_id: number;
  client_name?: string;
  client_surname?: string;
  client_email?: string;
  client_id?: string;
  customer_id?: string;
}

interface StoredChat {
  chat: ThuliumChat;
  messages: { message: ThuliumMessage; shownFrom: number }[];
}

export interface ThuliumChats {
  start: (client: ThuliumClient) => string;
  /** False when there is no open conversation of this id. */
  clientWrites: (conversationId: string, text: string) => boolean;
  agentWrites: (conversationId: string, text: string, login: string) => boolean;
  close: (conversationId: string) => boolean;
  all: () => Required<ThuliumChat>[];
  /** The same chats as a reader sees them now: without the messages that are still slow to show. */
  shown: () => Required<ThuliumChat>[];
  slowToShowMs: number;
}

export function createThuliumChats(): ThuliumChats {
  const chats = new Map<string, StoredChat>();
  const now = (): string => localTime(new Date(), THULIUM_TIME_ZONE);

  const open = (conversationId: string): StoredChat | undefined => {
    const found = chats.get(conversationId);
    return found?.chat.status === 'CLOSED' ? undefined : found;
  };
  const write = (conversationId: string, sent_by: ThuliumMessage['sent_by'], text: string): StoredChat | undefined => {
    const found = open(conversationId);
    found?.messages.push({ message: { sent_by, text, date: now() }, shownFrom: Date.now() + store.slowToShowMs });
    return found;
  };
  const view = (stored: StoredChat, limit: number): Required<ThuliumChat> => ({
    ...stored.chat,
    messages: stored.messages.slice(0, limit).map(({ message }) => ({ ...message })),
    files: [],
  });

  const store: ThuliumChats = {
    slowToShowMs: 0,
    start(client) {
      const conversation_id = randomUUID();
      const chat: ThuliumChat = {
        chat_queue_id: client.chat_queue_id,
        client_email: client.client_email ?? '',
        client_name: [client.client_name, client.client_surname].filter(Boolean).join(' '),
        customer_id: client.customer_id === undefined ? null : Number(client.customer_id),
        conversation_id,
        created_at: now(),
        closed_at: null,
        status: 'CREATED',
        user_login: null,
      };
      chats.set(conversation_id, { chat, messages: [] });
      return conversation_id;
    },
    clientWrites: (conversationId, text) => write(conversationId, 'CLIENT', text) !== undefined,
    agentWrites(conversationId, text, login) {
      const found = write(conversationId, 'AGENT', text);
      if (found) Object.assign(found.chat, { status: 'IN_PROGRESS', user_login: login });
      return found !== undefined;
    },
    close(conversationId) {
      const found = open(conversationId);
      if (found) Object.assign(found.chat, { status: 'CLOSED', closed_at: now() });
      return found !== undefined;
    },
    all: () => [...chats.values()].map((stored) => view(stored, Infinity)),
    shown: () =>
      [...chats.values()].map((stored) => {
        // A late copy is late in order: nothing shows before what was written ahead of it.
        const hidden = stored.messages.findIndex(({ shownFrom }) => shownFrom > Date.now());
        return view(stored, hidden === -1 ? Infinity : hidden);
      }),
  };
  return store;
}
