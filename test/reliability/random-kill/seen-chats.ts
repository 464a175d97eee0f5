import type { ServicepatternEffect } from '../../simulators/servicepattern-effects.ts';
import { readLedgerFile } from '../../simulators/ledger.ts';
import type { ThuliumEffect } from '../../simulators/thulium-conversations.ts';
import type { XmEffect } from '../../simulators/xm-effects.ts';
import { emailIn } from './answering-agents.ts';
import { ledgerFiles } from './remote-messages.ts';
import { conversationOfEmail, END, openingOr, type System } from './story.ts';

/** A chat as its agent saw it. */
export interface SeenChat {
  chatId: string;
  conversationId: number | undefined;
  seen: string[];
}

/** Every chat of every system, from what the chat systems themselves wrote down. */
export function readSeenChats(folder: string): Record<System, SeenChat[]> {
  const files = ledgerFiles(folder);
  return {
    thulium: collect(readLedgerFile<ThuliumEffect>(files.thulium), (entry) => {
      const { conversationId: chatId, kind } = entry;
      if (kind === 'start') return { chatId, email: entry.client_email ?? '' };
      return { chatId, saw: kind === 'message' ? openingOr(entry.text) : END };
    }),
    xm: collect(readLedgerFile<XmEffect>(files.xm), (entry) => {
      const { chatId, kind } = entry;
      if (kind === 'guest') return { chatId, email: entry.email, saw: openingOr(entry.message) };
      return { chatId, saw: kind === 'message' ? openingOr(entry.text) : kind === 'leave' ? END : kind };
    }),
    servicepattern: collect(readLedgerFile<ServicepatternEffect>(files.servicepattern), (entry) => {
      if (entry.kind === 'chat') return { chatId: entry.chatId, email: emailIn(entry.request) ?? '' };
      if (entry.kind === 'message') return { chatId: entry.chatId, saw: openingOr(entry.text) };
      return entry.kind === 'end' ? { chatId: entry.chatId, saw: END } : undefined;
    }),
  };
}

interface Sight {
  chatId: string;
  /** Given where the chat begins. */
  email?: string;
  saw?: string;
}

function collect<Entry>(entries: readonly Entry[], sightOf: (entry: Entry) => Sight | undefined): SeenChat[] {
  const chats = new Map<string, SeenChat>();
  for (const entry of entries) {
    const sight = sightOf(entry);
    if (!sight) continue;
    const { chatId, email, saw } = sight;
    const chat = chats.get(chatId) ?? { chatId, conversationId: undefined, seen: [] };
    if (email !== undefined) chat.conversationId = conversationOfEmail(email);
    if (saw !== undefined) chat.seen.push(saw);
    chats.set(chatId, chat);
  }
  return [...chats.values()];
}
