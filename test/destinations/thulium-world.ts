import { canonicalText } from '../../src/destinations/canonical-text.ts';
import type { Destination, StartContext } from '../../src/destinations/contract.ts';
import type { ReceivingChat, RemoteEvent, RemoteMessage } from '../../src/destinations/receiving.ts';
import type { RemoteChat } from '../../src/destinations/remote-chat.ts';
import { thulium } from '../../src/destinations/thulium/thulium-destination.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';

export const LOGIN = { apiUser: 'api_user', apiPassword: 'api_pass' };
export const LIST = { method: 'GET', path: /\/chats$/ };

/** A chat of ours, with what a listener keeps of it. */
export interface OwnChat extends RemoteChat {
  cursor: unknown;
  openedAt: Date;
  sent: string[];
}

/** A Thulium and a destination in front of it; what the engine does between readings is done here, step by step. */
export async function startThuliumWorld(settings: object = {}) {
  const simulator = await startThulium({
    ...LOGIN,
    queues: [
      { id: 3, name: 'Website' },
      { id: 4, name: 'Returns' },
    ],
  });
  const http = createHttpClient({ allowPrivateAddresses: true });
  let now = (): Date => new Date();
  let destination = open();

  function open(more: object = {}): Destination {
    const given = { baseUrl: simulator.url, ...LOGIN, chatQueueId: 3, settleMs: 0, ...settings, ...more };
    return thulium.open(given, { http, now: () => now() }).destination;
  }

  const receiving = (chat: OwnChat): ReceivingChat => ({
    ...chat,
    afterGap: false,
    countSent: async (text) => chat.sent.filter((one) => canonicalText(one) === canonicalText(text)).length,
  });

  return {
    simulator,
    http,
    get destination() {
      return destination;
    },
    /** Opened anew, as after a restart or with other settings. */
    reopen: (more: object = {}) => void (destination = open(more)),
    at: (clock: () => Date) => void (now = clock),
    async start(visitor: StartContext['visitor'] = { firstName: 'Jan' }, conversationId = 'ha-1:1'): Promise<OwnChat> {
      const started = await destination.start({ conversationId, visitor, openingText: '' });
      const updateState: RemoteChat['updateState'] = () => Promise.reject(new Error('Thulium rotates nothing'));
      return { ...started, updateState, cursor: undefined, openedAt: new Date(), sent: [] };
    },
    async say(chat: OwnChat, text: string): Promise<void> {
      chat.sent.push(text);
      await destination.send(chat, { key: String(chat.sent.length), text });
    },
    /** Reads once and keeps the cursors; `lose`: as if the process had died before they were stored. */
    async poll(chats: OwnChat[], { lose = false } = {}): Promise<RemoteEvent[]> {
      const reading = await destination.receiver!.receive(chats.map(receiving), new AbortController().signal);
      for (const chat of lose ? [] : chats) {
        // As a database keeps it.
        const cursor = reading.cursors.get(chat.remoteId) ?? chat.cursor;
        chat.cursor = cursor === undefined ? undefined : JSON.parse(JSON.stringify(cursor));
      }
      return [...reading.events];
    },
    receive: (chats: OwnChat[], signal = new AbortController().signal) =>
      destination.receiver!.receive(chats.map(receiving), signal),
    async stop() {
      http.close();
      await simulator.close();
    },
  };
}

export type ThuliumWorld = Awaited<ReturnType<typeof startThuliumWorld>>;

/** Does this while the simulators' clock stands that many ms later. */
export async function later<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  const now = Date.now;
  Date.now = () => now() + ms;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}

export const messagesOf = (events: readonly RemoteEvent[]): RemoteMessage[] =>
  events.filter((event) => event.kind === 'message');

export const textsOf = (events: readonly RemoteEvent[]): string[] => messagesOf(events).map(({ text }) => text);
