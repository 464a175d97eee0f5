import { createHash } from 'node:crypto';
import type { RemoteFile, RemoteMessage } from '../receiving.ts';
import { decodeText } from './text-encoding.ts';
import type { XmMessage } from './wire.ts';

/** Message types (contract 3.5) that have a file, and the path it is downloaded from (contract 4). */
const DOWNLOADS: Readonly<Record<number, string>> = { 2: 'image', 3: 'audio', 4: 'stream', 20: 'file' };
const TEXT = 1;
const AUDIO = 3;
const SOMEONE_LEFT: readonly number[] = [6, 7];

const typeOf = ({ type = TEXT }: XmMessage): number => type;

/** Texts and files are for the visitor; who joined, left, pinned or called is not. */
export const isForPeople = (message: XmMessage): boolean => typeOf(message) === TEXT || typeOf(message) in DOWNLOADS;

export const isLeaving = (message: XmMessage): boolean => SOMEONE_LEFT.includes(typeOf(message));

/** Unique in its chat. Undefined for a message that names itself in no way, which cannot be told from others. */
export function keyOf({ id, sequence }: XmMessage): string | undefined {
  return id?.messageId ?? (sequence === undefined ? undefined : `#${sequence}`);
}

/** An agent's message as the visitor may read it. */
export function toRemoteMessage(remoteId: string, key: string, message: XmMessage): RemoteMessage {
  const { sender } = message;
  const sentAt = dateOf(message.msgDate);
  const file = toRemoteFile(message);
  return {
    kind: 'message',
    remoteId,
    key,
    author: { role: sender ? 'agent' : 'system', ...(sender?.name !== undefined && { name: sender.name }) },
    text: readableText(message),
    ...(sentAt && { sentAt }),
    files: file ? [file] : [],
  };
}

/** The same message again with another text; every text of it is an event of its own. */
export function toEdit(remoteId: string, key: string, message: XmMessage): RemoteMessage {
  const version = createHash('sha256')
    .update(message.message ?? '')
    .digest('hex')
    .slice(0, 12);
  const edited = toRemoteMessage(remoteId, `${key}/edit/${version}`, message);
  return { ...edited, text: `(edited) ${edited.text}`, files: [] };
}

function toRemoteFile(message: XmMessage): RemoteFile | undefined {
  const call = DOWNLOADS[typeOf(message)];
  const { file } = message;
  if (call === undefined || !file) return undefined;
  // A recording has its length in seconds where others have their name.
  const name = typeOf(message) === AUDIO ? `audio-${file.filename ?? file.id}` : (file.filename ?? file.id);
  return { id: `${call}/${file.id}`, name, ...(file.size !== undefined && { size: file.size }) };
}

/** People are tagged as "@[user:<id>]"; who is not listed stays as it is. */
function readableText({ message = '', taggedUsers = [] }: XmMessage): string {
  const names = new Map(taggedUsers.map(({ id, name }) => [id, name]));
  return decodeText(message).replaceAll(/@\[user:([^\]\s]+)\]/g, (tag, id: string) => {
    const name = names.get(id);
    return name === undefined ? tag : `@${name}`;
  });
}

/** ISO 8601 with a zone of either form, or milliseconds; undefined when it is none of them. */
export function dateOf(value: string | number | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  const date = /^\d+$/.test(text)
    ? new Date(Number(text))
    : new Date(text.replace(/([+-]\d{2})(\d{2})$/, (_zone, hours: string, minutes: string) => `${hours}:${minutes}`));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** By sequence where every message has one, else by date, else as they came (contract 5.4). */
export function inOrder(messages: readonly XmMessage[]): XmMessage[] {
  const ranks = [({ sequence }: XmMessage) => sequence, ({ msgDate }: XmMessage) => dateOf(msgDate)?.getTime()];
  const rank = ranks.find((candidate) => messages.every((message) => candidate(message) !== undefined));
  return rank ? messages.toSorted((a, b) => (rank(a) ?? 0) - (rank(b) ?? 0)) : [...messages];
}
