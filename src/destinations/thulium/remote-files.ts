import type { RemoteFile } from '../receiving.ts';
import { firstText } from './field-mapping.ts';
import { hashText } from './seen-messages.ts';
import { type Author, authorOf, type Mapping, type TranscriptMessage } from './transcript.ts';
import type { ThuliumChat } from './wire.ts';

export interface ChatFile {
  /** The same on every reading. */
  key: string;
  name: string;
  author: Author;
  messageId: string | undefined;
  /** Undefined when Thulium names no address: there is nothing to fetch then. */
  remote: RemoteFile | undefined;
}

/** The files of a chat (contract 5). Who sent one is told by itself, else by its message. */
export function readFiles(chat: ThuliumChat, transcript: readonly TranscriptMessage[], mapping: Mapping): ChatFile[] {
  const { fileFields: fields } = mapping;
  return (chat.files ?? []).flatMap((entry): ChatFile[] => {
    const url = firstText(entry, fields.url);
    const name = firstText(entry, fields.name) ?? lastSegment(url);
    const id = firstText(entry, fields.id) ?? url ?? name;
    if (id === undefined) return [];
    const messageId = firstText(entry, fields.message);
    const sentBy = firstText(entry, fields.author);
    const message = messageId === undefined ? undefined : transcript.find((one) => one.id === messageId);
    const author = sentBy === undefined ? (message?.author ?? 'unknown') : authorOf(sentBy, mapping);
    const size = Number(firstText(entry, fields.size) ?? Number.NaN);
    const contentType = firstText(entry, fields.type);
    const about = {
      name: name ?? 'file',
      // A media type or nothing: "type" may as well be a word of Thulium's own.
      ...(contentType?.includes('/') && { contentType }),
      ...(Number.isSafeInteger(size) && size >= 0 && { size }),
    };
    const remote = url === undefined ? undefined : { id: url, ...about };
    return [{ key: hashText(22, 'file', id), name: about.name, author, messageId, remote }];
  });
}

function lastSegment(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const segment =
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .pop() ?? '';
  try {
    return decodeURIComponent(segment) || undefined;
  } catch {
    return segment;
  }
}
