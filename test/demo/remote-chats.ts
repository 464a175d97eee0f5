import type { ServicepatternSimulator } from '../simulators/servicepattern-simulator.ts';
import type { ThuliumSimulator } from '../simulators/thulium-simulator.ts';
import type { XmSimulator } from '../simulators/xm-simulator.ts';

export interface ChatSimulators {
  thulium: ThuliumSimulator;
  xm: XmSimulator;
  servicepattern: ServicepatternSimulator;
}

export const SYSTEMS = ['Thulium', 'XM', 'ServicePattern'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** What the connector brought about in a chat system, in the same words for all of them. */
export type SeenEffect = { chatId: string } & (
  { kind: 'start'; email: string; name: string } | { kind: 'text'; text: string } | { kind: 'end' }
);

/** A chat as the agent of that chat system sees it. */
export interface SeenChat {
  system: SystemName;
  chatId: string;
  email: string;
  texts: string[];
  ended: boolean;
}

const EFFECTS: Record<SystemName, (simulators: ChatSimulators) => SeenEffect[]> = {
  Thulium: ({ thulium }) =>
    thulium.ledger.entries().flatMap((entry): SeenEffect[] => {
      const { kind, conversationId: chatId } = entry;
      if (kind === 'message') return [{ kind: 'text', chatId, text: entry.text }];
      if (kind === 'stop') return [{ kind: 'end', chatId }];
      const name = `${entry.client_name} ${entry.client_surname}`;
      return [{ kind, chatId, email: entry.client_email ?? '', name }];
    }),
  XM: ({ xm }) =>
    xm.ledger.entries().flatMap((entry): SeenEffect[] => {
      const { kind, chatId } = entry;
      if (kind === 'message') return [{ kind: 'text', chatId, text: entry.text }];
      if (kind === 'leave') return [{ kind: 'end', chatId }];
      if (kind !== 'guest') return [];
      const { email, name, message } = entry;
      return [
        { kind: 'start', chatId, email, name },
        { kind: 'text', chatId, text: message },
      ];
    }),
  ServicePattern: ({ servicepattern }) =>
    servicepattern.ledger.entries().flatMap((entry): SeenEffect[] => {
      if (entry.kind === 'message') return [{ kind: 'text', chatId: entry.chatId, text: entry.text }];
      if (entry.kind === 'end') return [{ kind: 'end', chatId: entry.chatId }];
      if (entry.kind !== 'chat') return [];
      const { email = '', first_name = '', last_name = '' } = entry.request['parameters'] as Record<string, string>;
      return [{ kind: 'start', chatId: entry.chatId, email, name: `${first_name} ${last_name}` }];
    }),
};

/** From the ledger of that system, oldest first. */
export const effectsIn = (system: SystemName, simulators: ChatSimulators): SeenEffect[] => EFFECTS[system](simulators);

/** The chats of all systems, from their own ledgers. */
export function seenChats(simulators: ChatSimulators): SeenChat[] {
  return SYSTEMS.flatMap((system) => {
    const effects = effectsIn(system, simulators);
    return effects.flatMap((start): SeenChat[] => {
      if (start.kind !== 'start') return [];
      const own = effects.filter(({ chatId }) => chatId === start.chatId);
      const texts = own.flatMap((effect) => (effect.kind === 'text' ? [effect.text] : []));
      const ended = own.some(({ kind }) => kind === 'end');
      return [{ system, chatId: start.chatId, email: start.email, texts, ended }];
    });
  });
}
