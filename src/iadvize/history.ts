import { storableText } from '../persistence/storable-text.ts';
import type { RestHistoryEntry } from './rest-schemas.ts';

export interface HistoryEntry {
  author: 'visitor' | 'agent' | 'notice';
  text: string;
}

/** Meaning of the first member of a history entry (contract 3.2). 4 is described nowhere. */
const AUTHORS: Record<number, HistoryEntry['author']> = { 1: 'agent', 2: 'visitor', 6: 'agent', 7: 'visitor' };
const SYSTEM_NOTICE = 3;
const VISITED_PAGE = 5;

/** Codes that stand where a notice's text would. */
const NOTICE_CODES: Record<string, string> = {
  OPERATOR_CHAT_CLOSE: 'The agent closed the conversation.',
  VISITOR_CHAT_CLOSE: 'The visitor closed the conversation.',
};

/** The history in its own order, authors told apart; what is not understood is kept as a notice, never dropped. */
export function readHistory(entries: readonly RestHistoryEntry[]): HistoryEntry[] {
  return entries.map(([type, , content]) => {
    const text = textOf(content);
    const author = AUTHORS[type];
    if (author) return { author, text };
    if (type === SYSTEM_NOTICE) return { author: 'notice', text: NOTICE_CODES[text] ?? text };
    if (type === VISITED_PAGE) return { author: 'notice', text: `Visited ${text}` };
    return { author: 'notice', text: `(entry of type ${type}) ${text}` };
  });
}

function textOf(content: unknown): string {
  return storableText(typeof content === 'string' ? content : JSON.stringify(content ?? ''));
}
