import type { ThuliumSettings } from './definition.ts';
import { firstText } from './field-mapping.ts';
import { parseLocalTime } from './local-time.ts';
import type { ThuliumChat } from './wire.ts';

/** `self`: the visitor's side, that is us. `unknown`: an author of a name nobody has listed. */
export type Author = 'self' | 'agent' | 'bot' | 'system' | 'unknown';

export interface TranscriptMessage {
  id: string | undefined;
  author: Author;
  /** As Thulium names it. */
  sentBy: string;
  /** As Thulium writes it; empty when there is none. */
  time: string;
  sentAt: Date | undefined;
  /** Undefined when there is none to be read. */
  text: string | undefined;
  agent: string | undefined;
}

export type Mapping = Pick<ThuliumSettings, 'messageFields' | 'authors' | 'fileFields' | 'timeZone'>;

/** The messages of a chat in the order they were written; undefined when the chat came without a list of them. */
export function readTranscript(chat: ThuliumChat, mapping: Mapping): TranscriptMessage[] | undefined {
  const { messageFields: fields, timeZone } = mapping;
  const messages = chat.messages?.map((entry): TranscriptMessage => {
    const sentBy = firstText(entry, fields.author) ?? '';
    const time = firstText(entry, fields.time) ?? '';
    return {
      id: firstText(entry, fields.id),
      author: authorOf(sentBy, mapping),
      sentBy,
      time,
      sentAt: parseLocalTime(time, timeZone),
      text: firstText(entry, fields.text),
      agent: firstText(entry, fields.agent) ?? chat.user_login ?? undefined,
    };
  });
  return messages && isNewestFirst(messages) ? messages.reverse() : messages;
}

/** Compared without regard to case; whatever is in no list is `unknown`. */
export function authorOf(sentBy: string, { authors }: Pick<Mapping, 'authors'>): Author {
  const name = sentBy.trim().toUpperCase();
  const isIn = (list: readonly string[]): boolean => list.some((one) => one.toUpperCase() === name);
  const known = (['self', 'agent', 'bot', 'system'] as const).find((author) => isIn(authors[author]));
  return known ?? 'unknown';
}

/** The order is documented nowhere; strictly falling times tell that it is the other way round (contract 3). */
function isNewestFirst(messages: readonly TranscriptMessage[]): boolean {
  const falls = ({ sentAt }: TranscriptMessage, before: TranscriptMessage): boolean =>
    sentAt !== undefined && before.sentAt !== undefined && sentAt < before.sentAt;
  return messages.length > 1 && messages.every((one, index) => index === 0 || falls(one, messages[index - 1] ?? one));
}
