import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readXmText } from './xm-text.ts';

export const XM_MESSAGE_TYPE = { text: 1, image: 2, audio: 3, video: 4, added: 5, left: 7, file: 20 } as const;

export interface XmPerson {
  id: string;
  name: string;
}

export interface XmFile {
  id: string;
  filename: string;
  size: number;
  type: number;
}

export interface XmMessage {
  id: { messageId: string; chatId: string };
  sequence: number;
  sender: XmPerson;
  message: string;
  msgDate: string;
  type: number;
  internal: boolean;
  updated: boolean;
  deleted: boolean;
  file?: XmFile;
  taggedUsers?: XmPerson[];
}

export interface XmGuest extends XmPerson {
  email: string;
  departmentId: number;
  sourceUrl?: string;
}

export interface XmTyping {
  chatId: string;
  user: XmPerson;
  typing: boolean;
  timestamp: number;
}

/** What sync hands out, stamped in the order in which it became visible. */
export type XmNews = { stamp: number; message: XmMessage } | { stamp: number; typing: XmTyping };

export interface XmRoom {
  chatId: string;
  subject: string;
  guest: XmGuest;
  members: XmPerson[];
  /** Everything written, in the order of the sequence; `text` is what a reader sees. */
  messages: { wire: XmMessage; text: string; due: boolean }[];
  news: XmNews[];
  /** How many of the messages a reader sees by now. */
  shown: number;
  /** Stamp of the last news that any sync has handed out. */
  handedOut: number;
}

export type XmDraft = Pick<XmMessage, 'sender' | 'message'> &
  Partial<Pick<XmMessage, 'type' | 'internal' | 'file' | 'taggedUsers'>>;

export interface XmRooms {
  open: (guest: XmGuest, firstMessage: string, agent: XmPerson) => XmRoom;
  get: (chatId: string) => XmRoom | undefined;
  remove: (chatId: string) => void;
  all: () => XmRoom[];
  write: (room: XmRoom, draft: XmDraft) => XmMessage;
  /** Edits or deletes: the same message comes again with what changed. */
  change: (
    room: XmRoom,
    messageId: string,
    changes: Partial<Pick<XmMessage, 'message' | 'updated' | 'deleted'>>,
  ) => void;
  typing: (room: XmRoom, user: XmPerson, typing: boolean) => void;
  /** A time no later stamp will repeat. */
  stampNow: () => number;
  /** Resolves at the next change of the room, or throws when the signal aborts. */
  changed: (room: XmRoom, signal: AbortSignal) => Promise<unknown>;
  close: () => void;
  slowToShowMs: number;
  /** How far the server's clock is ahead, in ms. */
  clockSkewMs: number;
}

export function newXmId(): string {
  return randomBytes(6).toString('hex');
}

export function createXmRooms(): XmRooms {
  const rooms = new Map<string, XmRoom>();
  const emitter = new EventEmitter().setMaxListeners(0);
  const timers = new Set<NodeJS.Timeout>();
  let clock = 0;

  const serverNow = (): number => Date.now() + store.clockSkewMs;
  const nextStamp = (): number => (clock = Math.max(serverNow(), clock + 1));

  // A late copy is late in order: nothing shows before what was written ahead of it.
  const showDue = (room: XmRoom): void => {
    for (let next = room.messages[room.shown]; next?.due; next = room.messages[room.shown]) {
      room.news.push({ stamp: nextStamp(), message: next.wire });
      room.shown += 1;
    }
    emitter.emit(room.chatId);
  };

  const write = (room: XmRoom, draft: XmDraft, text = readXmText(draft.message)): XmMessage => {
    const wire: XmMessage = {
      id: { messageId: newXmId(), chatId: room.chatId },
      sequence: room.messages.length + 1,
      type: XM_MESSAGE_TYPE.text,
      internal: false,
      ...draft,
      msgDate: new Date(serverNow()).toISOString().replace('Z', '+00:00'),
      updated: false,
      deleted: false,
    };
    const stored = { wire, text, due: store.slowToShowMs === 0 };
    room.messages.push(stored);
    if (stored.due) showDue(room);
    else showLater(room, stored);
    return wire;
  };

  const showLater = (room: XmRoom, stored: { due: boolean }): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      stored.due = true;
      showDue(room);
    }, store.slowToShowMs);
    timers.add(timer);
  };

  const store: XmRooms = {
    slowToShowMs: 0,
    clockSkewMs: 0,
    open(guest, firstMessage, agent) {
      const chatId = newXmId();
      const room: XmRoom = {
        chatId,
        subject: `Live Assistance: ${guest.name} [#${Number.parseInt(chatId.slice(0, 5), 16)}]`,
        guest,
        members: [guest, agent].map(({ id, name }) => ({ id, name })),
        messages: [],
        news: [],
        shown: 0,
        handedOut: 0,
      };
      rooms.set(chatId, room);
      write(room, { sender: { id: guest.id, name: guest.name }, message: firstMessage }, firstMessage);
      return room;
    },
    get: (chatId) => rooms.get(chatId),
    remove(chatId) {
      rooms.delete(chatId);
      emitter.emit(chatId);
    },
    all: () => [...rooms.values()],
    write: (room, draft) => write(room, draft),
    change(room, messageId, changes) {
      const stored = room.messages.find(({ wire }) => wire.id.messageId === messageId);
      if (!stored) throw new Error(`XM simulator: no message ${messageId}`);
      // Another object: what was handed out already stays as it was.
      stored.wire = { ...stored.wire, ...changes };
      stored.text = readXmText(stored.wire.message);
      room.news.push({ stamp: nextStamp(), message: stored.wire });
      emitter.emit(room.chatId);
    },
    typing(room, user, typing) {
      const stamp = nextStamp();
      room.news.push({ stamp, typing: { chatId: room.chatId, user, typing, timestamp: stamp } });
      emitter.emit(room.chatId);
    },
    stampNow: () => (clock = Math.max(serverNow(), clock)),
    changed: ({ chatId }, signal) => once(emitter, chatId, { signal }),
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
  return store;
}
