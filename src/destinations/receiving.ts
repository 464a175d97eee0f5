import type { RemoteChat } from './remote-chat.ts';

/** `agent`: a person; `bot`: a scenario or automatic text; `system`: what the chat system says itself. */
export type RemoteRole = 'agent' | 'bot' | 'system';

/** A file as the chat system names it. Its bytes come with `fetchFile`. */
export interface RemoteFile {
  id: string;
  name: string;
  contentType?: string;
  /** Bytes. */
  size?: number;
}

/** Something the remote side wrote. Never an echo of ours, never what only agents may see. */
export interface RemoteMessage {
  kind: 'message';
  remoteId: string;
  /** Unique in its chat, and the same however often and on whatever way the message is read. */
  key: string;
  author: { role: RemoteRole; name?: string };
  /** Plain text; empty when the message is only files. */
  text: string;
  sentAt?: Date;
  files: readonly RemoteFile[];
}

/** The remote side is over. `gone`: the system does not know the chat any more. */
export interface RemoteEnd {
  kind: 'ended';
  remoteId: string;
  reason: 'ended' | 'inactive' | 'failed' | 'gone';
}

export type RemoteEvent = RemoteMessage | RemoteEnd;

/** An open chat as its listener hands it over. */
export interface ReceivingChat extends RemoteChat {
  /** What the last stored reading left behind; undefined before the first. */
  cursor: unknown;
  openedAt: Date;
  /** The last reading failed, or this process did none yet: what was on the wire then may be lost. */
  afterGap: boolean;
  /** How many texts of ours this chat was sent that read like this one. */
  countSent(text: string): Promise<number>;
}

export interface Reading {
  /** In the order of each chat. */
  events: readonly RemoteEvent[];
  /** By remote id what the next reading is to be given; a chat that is not named keeps what it has. */
  cursors: ReadonlyMap<string, unknown>;
  /** The next reading begins after this, in ms; 0 for a long poll. */
  pauseMs: number;
}

export interface FetchedFile {
  bytes: Buffer;
  contentType: string;
}

/** The reading half of a destination. */
export interface Receiver {
  /**
   * Reads once what is new in these chats: all open ones of the destination where `listening` is `per-destination`,
   * else exactly one. Nothing counts as read before the reading is stored, so the same events may be read again.
   * Throws `DestinationFailure`; `gone` only where one chat is read. Resolves early, or throws the signal's reason, when
   * `signal` is aborted.
   */
  receive(chats: readonly ReceivingChat[], signal: AbortSignal): Promise<Reading>;
  /**
   * Reads what was written in a chat that we are about to end, all of it that the cursor does not know; only where a chat
   * that is over cannot be read any more. Beside a reading that is under way. Throws like `receive`.
   */
  readBeforeEnd?(chat: ReceivingChat, signal: AbortSignal): Promise<readonly RemoteEvent[]>;
  /**
   * How long a chat that we ended is read on, in ms, unless it is heard to end; without it, it is read once more. Ten
   * minutes after its end no chat is read any more.
   */
  readAfterEndMs?: number;
  /** The bytes of a file. `limit` in bytes: a longer one is refused with `request-refused`. Throws `DestinationFailure`. */
  fetchFile(chat: RemoteChat, file: RemoteFile, limit: number): Promise<FetchedFile>;
}
