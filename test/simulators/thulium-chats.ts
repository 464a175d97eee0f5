import { randomUUID } from 'node:crypto';
import { localTime } from './local-time.ts';
import type { StoredThuliumFile } from './thulium-files.ts';
import { DEFAULT_SHAPE, showFile, showMessages, type ThuliumMessage, type ThuliumShape } from './thulium-shape.ts';

export const THULIUM_TIME_ZONE = 'Europe/Warsaw';

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
  files?: StoredThuliumFile[];
}

/** As a reader of the list sees it: members named by the shape. */
export type ShownThuliumChat = Omit<ThuliumChat, 'messages' | 'files'> & {
  messages: Record<string, unknown>[];
  files: Record<string, unknown>[];
};

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
  files: StoredThuliumFile[];
  isDeleted: boolean;
}

export interface ThuliumChats {
  start: (client: ThuliumClient) => string;
  /** False when there is no open conversation of this id. */
  clientWrites: (conversationId: string, text: string, sentBy?: string) => boolean;
  agentWrites: (conversationId: string, text: string, login: string, sentBy?: string) => ThuliumMessage | undefined;
  /** Of an open conversation; to be followed by the agent taking it over. */
  addFile: (conversationId: string, file: StoredThuliumFile) => boolean;
  close: (conversationId: string) => boolean;
  delete: (conversationId: string) => boolean;
  /** What an administrator does to words: leaves others, none (''), or takes the message away (null). */
  erase: (conversationId: string, messageId: number, left: string | null) => void;
  get: (conversationId: string) => ThuliumChat | undefined;
  find: (fits: (chat: ThuliumChat) => boolean) => ThuliumChat[];
  all: () => Required<ThuliumChat>[];
  /** A chat as a reader sees it now: in the shape, without the messages that are still slow to show. */
  show: (chat: ThuliumChat) => ShownThuliumChat;
  slowToShowMs: number;
  shape: ThuliumShape;
}

export function createThuliumChats(): ThuliumChats {
  const chats = new Map<string, StoredChat>();
  const now = (): string => localTime(new Date(), THULIUM_TIME_ZONE);
  let messageCount = 0;

  const open = (conversationId: string): StoredChat | undefined => {
    const found = chats.get(conversationId);
    return found?.chat.status === 'CLOSED' || found?.isDeleted ? undefined : found;
  };
  const write = (conversationId: string, said: Pick<ThuliumMessage, 'sent_by' | 'text' | 'login'>) => {
    const found = open(conversationId);
    if (!found) return undefined;
    const message = { ...said, id: (messageCount += 1), date: now() };
    found.messages.push({ message, shownFrom: Date.now() + store.slowToShowMs });
    return { found, message };
  };
  const present = (): StoredChat[] => [...chats.values()].filter(({ isDeleted }) => !isDeleted);

  const store: ThuliumChats = {
    slowToShowMs: 0,
    shape: { ...DEFAULT_SHAPE },
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
      chats.set(conversation_id, { chat, messages: [], files: [], isDeleted: false });
      return conversation_id;
    },
    clientWrites: (conversationId, text, sent_by = 'CLIENT') =>
      write(conversationId, { sent_by, text, login: null }) !== undefined,
    agentWrites(conversationId, text, login, sent_by = 'AGENT') {
      const written = write(conversationId, { sent_by, text, login });
      if (written) Object.assign(written.found.chat, { status: 'IN_PROGRESS', user_login: login });
      return written?.message;
    },
    addFile(conversationId, file) {
      const found = open(conversationId);
      found?.files.push(file);
      return found !== undefined;
    },
    close(conversationId) {
      const found = open(conversationId);
      if (found) Object.assign(found.chat, { status: 'CLOSED', closed_at: now() });
      return found !== undefined;
    },
    delete(conversationId) {
      const found = chats.get(conversationId);
      if (!found || found.isDeleted) return false;
      found.isDeleted = true;
      return true;
    },
    erase(conversationId, messageId, left) {
      const messages = chats.get(conversationId)?.messages ?? [];
      const at = messages.findIndex(({ message }) => message.id === messageId);
      const erased = messages[at];
      if (!erased) throw new Error(`Thulium simulator: no message ${messageId} in ${conversationId}`);
      if (left === null) messages.splice(at, 1);
      else erased.message.text = left;
    },
    get(conversationId) {
      const found = chats.get(conversationId);
      return found?.isDeleted ? undefined : found?.chat;
    },
    find: (fits) => present().flatMap(({ chat }) => (fits(chat) ? [chat] : [])),
    all: () =>
      present().map(({ chat, messages, files }) => ({
        ...chat,
        messages: messages.map(({ message }) => ({ ...message })),
        files: [...files],
      })),
    show(chat) {
      const { messages, files } = chats.get(chat.conversation_id)!;
      // A late copy is late in order: nothing shows before what was written ahead of it.
      const hidden = messages.findIndex(({ shownFrom }) => shownFrom > Date.now());
      const visible = messages.slice(0, hidden === -1 ? Infinity : hidden).map(({ message }) => message);
      return {
        ...chat,
        messages: showMessages(visible, store.shape),
        files: files.map((file) => showFile(file, store.shape)),
      };
    },
  };
  return store;
}
