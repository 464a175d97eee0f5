import type { Destination, DoubtfulText, StartContext } from '../../src/destinations/contract.ts';
import { DestinationFailure } from '../../src/destinations/destination-failure.ts';
import type { RemoteEvent, RemoteMessage } from '../../src/destinations/receiving.ts';
import type { RemoteChat, StartedChat } from '../../src/destinations/remote-chat.ts';
import { servicepattern } from '../../src/destinations/servicepattern/servicepattern-destination.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { startServicepattern } from '../simulators/servicepattern-simulator.ts';

const KNOWN = { tenantUrl: 'acme.brightpattern.com', appId: 'app-1' };

/** Waits that are seconds in production. */
const QUICK = {
  settleMs: 0,
  sendTimeoutMs: 2_000,
  pollTimeoutMs: 2_000,
  afterAbortMs: 10,
  duplicatePollPauseMs: 300,
  pollRetryBaseMs: 20,
  pollRetryMaxMs: 50,
};

export const ANA = { firstName: 'Ana', lastName: 'Ruiz', email: 'ana@example.org' };

/** A ServicePattern on a port of its own, and the destination that talks to it over HTTP. */
export async function startServicepatternWorld() {
  const simulator = await startServicepattern(KNOWN);
  const http = createHttpClient({ allowPrivateAddresses: true });
  let conversations = 0;

  function destination(settings: object = {}): Destination {
    const parsed = { baseUrl: simulator.url, ...KNOWN, ...QUICK, ...settings };
    return servicepattern.open(parsed, { http, now: () => new Date() }).destination;
  }

  const contextOf = (fields: Partial<StartContext> = {}): StartContext => ({
    conversationId: `ha-1:${(conversations += 1)}`,
    visitor: ANA,
    openingText: '',
    ...fields,
  });

  return {
    simulator,
    destination,
    contextOf,
    /** A started chat with a listener, as the bridge would have them. */
    async open(settings: object = {}, context = contextOf()) {
      const opened = destination(settings);
      const chat = storedChat(await opened.start(context));
      return { destination: opened, context, chat, ...talking(opened, chat), listener: listening(opened, chat) };
    },
    async stop() {
      http.close();
      await simulator.close();
    },
  };
}

export type ServicepatternWorld = Awaited<ReturnType<typeof startServicepatternWorld>>;

/** Keeps its state as a row does: as JSON. */
export function storedChat(started: StartedChat): RemoteChat {
  let stored = JSON.stringify(started.state);
  return {
    remoteId: started.remoteId,
    get state() {
      return JSON.parse(stored) as unknown;
    },
    async updateState(change) {
      stored = JSON.stringify(change(JSON.parse(stored)));
      return JSON.parse(stored) as unknown;
    },
  };
}

function talking(destination: Destination, chat: RemoteChat) {
  let said = 0;
  const message = (text: string, fields: Partial<DoubtfulText> = {}): DoubtfulText => ({
    key: `lane#m${(said += 1)}`,
    text,
    equalBefore: 0,
    maybeBefore: 0,
    ...fields,
  });
  return {
    message,
    say: (text: string, fields?: Partial<DoubtfulText>) => destination.send(chat, message(text, fields)),
  };
}

/** Reads as the bridge's listener does: the cursor moves when a reading is stored, and a failure leaves a gap. */
function listening(destination: Destination, chat: RemoteChat) {
  let cursor: string | undefined;
  let afterGap = true;
  const openedAt = new Date();
  const events: RemoteEvent[] = [];

  async function readOnce(signal: AbortSignal = new AbortController().signal) {
    const receiving = {
      remoteId: chat.remoteId,
      state: chat.state,
      updateState: (change: (stored: unknown) => unknown) => chat.updateState(change),
      cursor: cursor === undefined ? undefined : (JSON.parse(cursor) as unknown),
      openedAt,
      afterGap,
      countSent: async () => 0,
    };
    afterGap = true;
    const reading = await destination.receiver!.receive([receiving], signal);
    afterGap = false;
    const next = reading.cursors.get(chat.remoteId);
    if (next !== undefined) cursor = JSON.stringify(next);
    events.push(...reading.events);
    return reading;
  }

  return {
    readOnce,
    events,
    /** What was said, in order. */
    texts: () => events.flatMap((event) => (event.kind === 'message' ? [event.text] : [])),
    messages: (): RemoteMessage[] => events.filter((event) => event.kind === 'message'),
    ends: () => events.flatMap((event) => (event.kind === 'ended' ? [event.reason] : [])),
    /** As after a restart. */
    restart: () => void (afterGap = true),
    /** Reads until the condition holds, at most `times`. */
    async readUntil(isEnough: () => boolean, times = 20) {
      for (let reading = 0; reading < times && !isEnough(); reading += 1) await readOnce();
      if (!isEnough()) throw new Error(`it never came true; read so far: ${JSON.stringify(events)}`);
    },
  };
}

/** The failure that a call ends with. Throws when it ends well, or with anything else. */
export async function failureOf(call: Promise<unknown>): Promise<DestinationFailure> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DestinationFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
