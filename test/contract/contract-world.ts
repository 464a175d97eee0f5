import { canonicalText } from '../../src/destinations/canonical-text.ts';
import type { DestinationType, DoubtfulText, StartContext } from '../../src/destinations/contract.ts';
import { DestinationFailure } from '../../src/destinations/destination-failure.ts';
import type { Reading, ReceivingChat, Receiver, RemoteEvent, RemoteMessage } from '../../src/destinations/receiving.ts';
import type { StartedChat } from '../../src/destinations/remote-chat.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import type { OutgoingResponse } from '../../src/outgoing/outgoing-request.ts';
import type { RunningSubject, Subject } from './subject.ts';

/** Changes the answers to a destination's calls on their way. */
export type Tamper = (response: OutgoingResponse) => OutgoingResponse;

/** A chat system that runs, and what the bridge does with it, one step at a time. */
export async function startContractWorld(type: DestinationType, subject: Subject) {
  const running = await subject.start();
  const client = createHttpClient({ allowPrivateAddresses: true });
  const wire: { tamper?: Tamper | undefined } = {};
  const http: HttpClient = {
    request: async (request) => (wire.tamper ?? ((response) => response))(await client.request(request)),
    close: () => client.close(),
  };
  const open = (settings: object = running.settings()) => type.open(settings, { http, now: () => new Date() });
  const { destination, delivery } = open();
  const { receiver } = destination;
  if (!receiver) throw new Error(`${type.type} has no reading half`);
  let conversations = 0;

  const contextOf = (): StartContext => ({
    conversationId: `ha-1:${(conversations += 1)}`,
    visitor: { firstName: 'Zoë', lastName: 'Ruiz', email: `zoe${conversations}@example.org` },
    openingText: 'Hello 👋',
  });

  return {
    type,
    running,
    destination,
    delivery,
    open,
    contextOf,
    wire,
    /** A started chat with what the bridge keeps of it. */
    async chat(context = contextOf()) {
      return keepChat(running, destination, receiver, await destination.start(context));
    },
    keep: (started: StartedChat) => keepChat(running, destination, receiver, started),
    async stop() {
      client.close();
      await running.close();
    },
  };
}

export type ContractWorld = Awaited<ReturnType<typeof startContractWorld>>;
export type KeptChat = Awaited<ReturnType<ContractWorld['chat']>>;

type OpenedDestination = ReturnType<DestinationType['open']>['destination'];

const asStored = <Value>(value: Value): Value =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);

function keepChat(
  running: RunningSubject,
  destination: OpenedDestination,
  receiver: Receiver,
  { remoteId, state }: StartedChat,
) {
  const stored = { state: asStored(state), cursor: undefined as unknown, afterGap: true };
  const said: string[] = [];
  const openedAt = new Date();

  const loaded = (): ReceivingChat => ({
    remoteId,
    ...asStored(stored),
    cursor: asStored(stored.cursor),
    openedAt,
    countSent: async (text) => said.filter((one) => canonicalText(one) === canonicalText(text)).length,
    async updateState(change) {
      stored.state = asStored(change(asStored(stored.state)));
      return asStored(stored.state);
    },
  });

  const message = (text: string, changes: Partial<DoubtfulText> = {}): DoubtfulText => ({
    key: `lane#${said.length + 1}`,
    text,
    equalBefore: said.filter((one) => canonicalText(one) === canonicalText(text)).length,
    maybeBefore: 0,
    ...changes,
  });

  /** One reading as the listener does it: a failure leaves a gap. `lose`: it is never stored, as when the process dies. */
  async function read({ lose = false, signal = new AbortController().signal } = {}): Promise<Reading> {
    const given = loaded();
    stored.afterGap = true;
    const reading = await receiver.receive([given], signal);
    if (lose) return reading;
    stored.afterGap = false;
    stored.cursor = asStored(reading.cursors.get(remoteId) ?? stored.cursor);
    return reading;
  }

  return {
    remoteId,
    loaded,
    message,
    /** Sends, and counts it as sent when it was. */
    async say(text: string, changes: Partial<DoubtfulText> = {}): Promise<void> {
      await destination.send(loaded(), message(text, changes));
      said.push(text);
    },
    read,
    /** Reads once; nothing when that failed in a way that passes. */
    readThrough: () => readThrough(read, remoteId),
    /** Reads, through failures that pass, until the condition holds for all that was read. */
    async readUntil(isEnough: (events: readonly RemoteEvent[]) => boolean, most = 25): Promise<RemoteEvent[]> {
      const events: RemoteEvent[] = [];
      for (let turn = 0; turn < most; turn += 1) {
        events.push(...(await readThrough(read, remoteId)));
        if (isEnough(events)) return events;
      }
      throw new Error(`it never came true; read so far: ${JSON.stringify(events)}`);
    },
    sentTexts: () => running.sentTexts(remoteId),
  };
}

/** What is `gone` ends the chat; what was proven to have changed nothing is tried again. */
async function readThrough(read: () => Promise<Reading>, remoteId: string): Promise<readonly RemoteEvent[]> {
  try {
    return (await read()).events;
  } catch (error) {
    if (!(error instanceof DestinationFailure)) throw error;
    if (error.kind === 'gone') return [{ kind: 'ended', remoteId, reason: 'gone' }];
    if (error.kind === 'notSent' || error.kind === 'throttled') return [];
    throw error;
  }
}

export const messagesIn = (events: readonly RemoteEvent[]): RemoteMessage[] =>
  events.filter((event) => event.kind === 'message');

/** As the bridge stores them: a key that is known is no second message. */
export function storedTexts(events: readonly RemoteEvent[]): string[] {
  return [...new Map(messagesIn(events).map(({ key, text }) => [key, text])).values()];
}

/** The failure that a call ends with. Throws when it ends well, or with anything else. */
export async function failureOf(call: Promise<unknown>): Promise<DestinationFailure> {
  const outcome = await call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );
  if (outcome instanceof DestinationFailure) return outcome;
  throw outcome instanceof Error ? outcome : new Error(String(outcome));
}
