import { z } from 'zod';
import { defineDestination, type Destination, type DestinationDependencies } from '../../src/destinations/contract.ts';
import { deliverySettings } from '../../src/destinations/delivery-settings.ts';
import type { ReceivingChat, RemoteEvent } from '../../src/destinations/receiving.ts';
import { callRemote, failureOf, isSuccess, jsonOf } from '../../src/destinations/remote-call.ts';
import { DestinationFailure } from '../../src/destinations/destination-failure.ts';
import { upstreamUrl } from '../../src/destinations/upstream-url.ts';
import type { OutgoingResponse } from '../../src/outgoing/outgoing-request.ts';

const toySettings = z.strictObject({
  baseUrl: upstreamUrl.describe('Address of the toy.'),
  waitMs: z.int().default(10_000).describe('How long a poll waits, in ms.'),
  pauseMs: z.int().default(50).describe('Between two readings of the list, in ms.'),
  ...deliverySettings({ settleMs: 0, textLimit: 4_000 }),
});
type ToySettings = z.output<typeof toySettings>;

const fileSchema = z.object({ id: z.string(), name: z.string(), size: z.number().optional() });
const eventSchema = z.object({
  number: z.number(),
  event: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('message'), text: z.string(), author: z.string(), files: z.array(fileSchema) }),
    z.object({ kind: z.literal('ended') }),
  ]),
});
type NumberedEvent = z.output<typeof eventSchema>;
const eventsSchema = z.object({ events: z.array(eventSchema) });
const listSchema = z.object({ chats: z.array(eventsSchema.extend({ id: z.string() })) });

const declaration = {
  settings: toySettings,
  secretPaths: [],
  installer: {
    type: 'toy',
    title: 'Toy',
    fields: [],
    constants: {},
    address: 'baseUrl',
    secretSettings: [],
    check: async () => [],
  },
};
const capabilities = {
  startCarriesText: false,
  canFindStarted: false,
  sendsFiles: false,
  knowsOurIds: false,
  pushesHints: true,
};

/** Reads each chat by a long poll, and its history after a gap. */
export const toyPerChat = defineDestination(
  { type: 'toy', title: 'Toy', ...declaration, capabilities: { ...capabilities, listensPerChat: true } },
  (settings, dependencies) => {
    const call = caller(settings, dependencies);
    return {
      ...sendingHalf(call),
      receiver: {
        ...fileHalf(call),
        async receive([chat], signal) {
          if (!chat) throw new Error('the toy reads one chat');
          const how = chat.afterGap ? 'history' : 'poll';
          const path = `chats/${chat.remoteId}/${how}?after=${numberOf(chat)}&wait=${settings.waitMs}`;
          const { events } = eventsSchema.parse(jsonOf(await call('GET', path, undefined, signal)));
          return {
            events: events.map((one) => toEvent(chat, one)),
            cursors: cursorsOf([{ chat, events }]),
            pauseMs: 0,
          };
        },
      },
    };
  },
);

/** Reads all chats of the destination from one list. */
export const toyPerDestination = defineDestination(
  { type: 'toy-list', title: 'Toy list', ...declaration, capabilities: { ...capabilities, listensPerChat: false } },
  (settings, dependencies) => {
    const call = caller(settings, dependencies);
    return {
      ...sendingHalf(call),
      receiver: {
        ...fileHalf(call),
        async receive(chats, signal) {
          const path = `list?chats=${chats.map((chat) => chat.remoteId).join(',')}`;
          const listed = listSchema.parse(jsonOf(await call('GET', path, undefined, signal))).chats;
          const read = chats.flatMap((chat) => {
            const all = listed.find(({ id }) => id === chat.remoteId)?.events ?? [];
            return [{ chat, events: all.filter(({ number }) => number > numberOf(chat)) }];
          });
          return {
            events: read.flatMap(({ chat, events }) => events.map((one) => toEvent(chat, one))),
            // Of every chat, as systems do that give out nothing but lists.
            cursors: new Map(read.map(({ chat, events }) => [chat.remoteId, events.at(-1)?.number ?? numberOf(chat)])),
            pauseMs: settings.pauseMs,
          };
        },
      },
    };
  },
);

export const TOY_TYPES = [toyPerChat, toyPerDestination];

const numberOf = ({ cursor }: ReceivingChat): number => (typeof cursor === 'number' ? cursor : 0);

function cursorsOf(read: readonly { chat: ReceivingChat; events: readonly NumberedEvent[] }[]): Map<string, unknown> {
  const moved = read.filter(({ events }) => events.length > 0);
  return new Map(moved.map(({ chat, events }) => [chat.remoteId, events.at(-1)?.number]));
}

function toEvent({ remoteId }: ReceivingChat, { number, event }: NumberedEvent): RemoteEvent {
  if (event.kind === 'ended') return { kind: 'ended', remoteId, reason: 'ended' };
  const { text, author, files } = event;
  const about = files.map(({ id, name, size }) => ({ id, name, ...(size !== undefined && { size }) }));
  return { kind: 'message', remoteId, key: `m${number}`, author: { role: 'agent', name: author }, text, files: about };
}

type Call = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  signal?: AbortSignal,
) => Promise<OutgoingResponse>;

function caller(settings: ToySettings, { http }: DestinationDependencies): Call {
  return async (method, path, body, signal) => {
    const effect = method === 'GET' ? 'reads' : 'writes';
    const timeoutMs = settings.waitMs + settings.sendTimeoutMs;
    const url = new URL(`${settings.baseUrl}/${path}`);
    const content = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await callRemote(http, { method, url, timeoutMs, ...content, ...(signal && { signal }) }, effect);
    if (!isSuccess(response)) throw failureOf(response, effect);
    return response;
  };
}

function sendingHalf(call: Call): Omit<Destination, 'receiver'> {
  return {
    async start({ conversationId }) {
      const response = await call('POST', 'chats', { conversation: conversationId });
      return { remoteId: z.object({ id: z.string() }).parse(jsonOf(response)).id, state: {} };
    },
    findStarted: async () => ({ outcome: 'cannotTell' }),
    async send({ remoteId }, { text }) {
      await call('POST', `chats/${remoteId}/messages`, { text });
      return {};
    },
    findSent: async () => 'cannotTell',
    async end({ remoteId }) {
      await call('DELETE', `chats/${remoteId}`);
    },
    check: async () => [],
  };
}

function fileHalf(call: Call): Pick<NonNullable<Destination['receiver']>, 'fetchFile'> {
  return {
    async fetchFile(_chat, file, limit) {
      const { body, headers } = await call('GET', `files/${file.id}`);
      if (body.length > limit) throw new DestinationFailure('refused', 'request-refused');
      return { bytes: body, contentType: headers['content-type'] ?? '' };
    },
  };
}
