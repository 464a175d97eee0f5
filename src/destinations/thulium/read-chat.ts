import { canonicalText } from '../canonical-text.ts';
import type { ReceivingChat, RemoteEvent, RemoteMessage, RemoteRole } from '../receiving.ts';
import { type ChatCursor, readCursor, rememberFiles } from './chat-cursor.ts';
import type { ThuliumSettings } from './definition.ts';
import { type ChatFile, readFiles } from './remote-files.ts';
import { hashText, type Sorted, sortOutSeen } from './seen-messages.ts';
import { readTranscript, type TranscriptMessage } from './transcript.ts';
import { isClosed, type ThuliumChat } from './wire.ts';

export interface ChatReading {
  events: RemoteEvent[];
  cursor: ChatCursor;
}

/** What is new in one chat of a list. `now` in ms. */
export async function readChat(
  chat: ReceivingChat,
  found: ThuliumChat,
  settings: ThuliumSettings,
  now: number,
): Promise<ChatReading> {
  const before = readCursor(chat.cursor);
  const transcript = readTranscript(found, settings) ?? [];
  const keys = keysOf(transcript);
  const sorted = sortOutSeen(
    transcript.filter(({ author }) => author !== 'self'),
    before.seen,
  );
  const ours = await findOurs(chat, transcript, sorted, settings);
  const files = readFiles(found, transcript, settings).filter(({ author }) => author !== 'self');
  const newFiles = files.filter(({ key }) => !before.files.includes(key));
  const fresh = sorted.fresh.filter((message) => !ours.has(message));

  const { remoteId } = chat;
  const events: RemoteEvent[] = fresh.map((message): RemoteMessage => {
    const attached = newFiles.filter((file) => file.remote && isOf(file, message));
    return {
      ...{ kind: 'message', remoteId, key: keys.get(message) ?? '' },
      author: { role: roleOf(message), ...nameOf(message) },
      text: message.text ?? '',
      ...(message.sentAt && { sentAt: message.sentAt }),
      files: attached.flatMap(({ remote }) => remote ?? []),
    };
  });
  const alone = newFiles.filter((file) => !file.remote || !fresh.some((message) => isOf(file, message)));
  events.push(...alone.map((file) => fileMessage(remoteId, file, found.user_login)));

  const cursor: ChatCursor = {
    seen: sorted.remember((message) => ours.has(message)),
    files: rememberFiles(files.map(({ key }) => key)),
    misses: 0,
    ...(before.gaveUp && { gaveUp: true }),
  };
  if (!isClosed(found)) return { events, cursor };
  // A text written just before the end may show after it: the last look is a settle time later.
  const closedAt = before.closedAt ?? now;
  const isFlushed = before.closedAt !== undefined && Math.abs(now - closedAt) >= settings.settleMs;
  if (isFlushed) events.push({ kind: 'ended', remoteId, reason: before.gaveUp ? 'inactive' : 'ended' });
  return { events, cursor: { ...cursor, closedAt } };
}

const isOf = ({ messageId }: ChatFile, { id }: TranscriptMessage): boolean => id !== undefined && id === messageId;

const roleOf = ({ author }: TranscriptMessage): RemoteRole =>
  author === 'bot' || author === 'system' ? author : 'agent';

function nameOf(message: TranscriptMessage): { name?: string } {
  return roleOf(message) === 'agent' && message.agent !== undefined ? { name: message.agent } : {};
}

/** By id; without one by content, equal ones numbered: the same whenever and in whichever process it is read. */
function keysOf(transcript: readonly TranscriptMessage[]): Map<TranscriptMessage, string> {
  const counts = new Map<string, number>();
  return new Map(
    transcript.map((message) => {
      const { id, sentBy, time, text = '' } = message;
      if (id !== undefined) return [message, hashText(22, 'id', id)];
      const content = hashText(22, 'content', sentBy, time, text);
      const count = counts.get(content) ?? 0;
      counts.set(content, count + 1);
      return [message, `${content}.${count}`];
    }),
  );
}

/**
 * Which new messages of unknown authors are ours: as many as were sent with that text and are not accounted for by
 * messages that are surely ours, or were taken for ours before.
 */
async function findOurs(
  chat: ReceivingChat,
  transcript: readonly TranscriptMessage[],
  { fresh, ours }: Sorted,
  { externalChatbotId }: ThuliumSettings,
): Promise<Set<TranscriptMessage>> {
  const accounted = new Map<string, number>();
  const count = ({ text = '' }: TranscriptMessage): void => {
    const canonical = canonicalText(text);
    accounted.set(canonical, (accounted.get(canonical) ?? 0) + 1);
  };
  [...transcript.filter(({ author }) => author === 'self'), ...ours].forEach(count);
  const found = new Set<TranscriptMessage>();
  for (const message of fresh) {
    const mayBeOurs = message.author === 'unknown' || (message.author === 'bot' && externalChatbotId !== undefined);
    if (!mayBeOurs) continue;
    const { text = '' } = message;
    if ((await chat.countSent(text)) <= (accounted.get(canonicalText(text)) ?? 0)) continue;
    found.add(message);
    count(message);
  }
  return found;
}

/** A file that belongs to no new message. Without an address there is only its name to tell (contract 5). */
function fileMessage(remoteId: string, file: ChatFile, login: string | null | undefined): RemoteMessage {
  const { key, name, remote, author } = file;
  const role = author === 'bot' || author === 'system' ? author : 'agent';
  return {
    ...{ kind: 'message', remoteId, key },
    author: { role, ...(role === 'agent' && login && { name: login }) },
    text: remote ? '' : `[file] ${name}`,
    files: remote ? [remote] : [],
  };
}
