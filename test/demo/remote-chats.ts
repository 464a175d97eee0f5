import type { ThuliumSimulator } from '../simulators/thulium-simulator.ts';
import type { XmSimulator } from '../simulators/xm-simulator.ts';

/** A chat as the agent of that chat system sees it. */
export interface SeenChat {
  system: 'Thulium' | 'XM';
  email: string;
  texts: string[];
  ended: boolean;
}

/** The chats of both systems, from their own ledgers. */
export function seenChats(thulium: ThuliumSimulator, xm: XmSimulator): SeenChat[] {
  const thuliumEntries = thulium.ledger.entries();
  const ofThulium = thuliumEntries.flatMap((start): SeenChat[] => {
    if (start.kind !== 'start') return [];
    const own = thuliumEntries.filter((entry) => entry.conversationId === start.conversationId);
    const texts = own.flatMap((entry) => (entry.kind === 'message' ? [entry.text] : []));
    const ended = own.some((entry) => entry.kind === 'stop');
    return [{ system: 'Thulium', email: start.client_email ?? '', texts, ended }];
  });
  const xmEntries = xm.ledger.entries();
  const ofXm = xmEntries.flatMap((guest): SeenChat[] => {
    if (guest.kind !== 'guest') return [];
    const own = xmEntries.filter((entry) => entry.chatId === guest.chatId);
    const texts = own.flatMap((entry) => (entry.kind === 'message' ? [entry.text] : []));
    const ended = own.some((entry) => entry.kind === 'leave');
    return [{ system: 'XM', email: guest.email, texts: [guest.message, ...texts], ended }];
  });
  return [...ofThulium, ...ofXm];
}
