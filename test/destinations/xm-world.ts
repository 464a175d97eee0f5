import type { Destination, DoubtfulText, StartContext } from '../../src/destinations/contract.ts';
import type { Receiver, ReceivingChat, RemoteEvent } from '../../src/destinations/receiving.ts';
import { xm } from '../../src/destinations/xm/xm-destination.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { startXm, type XmSimulator, type XmSimulatorOptions } from '../simulators/xm-simulator.ts';

export const SYNC = { method: 'GET', path: /\/sync$/ };
export const HISTORY = { method: 'GET', path: /\/messages$/ };
export const SEND = { method: 'POST', path: /\/messages$/ };
export const GUESTS = { method: 'POST', path: /\/guests$/ };
export const TOKEN = { method: 'POST', path: /\/oauth2\/token$/ };

const FIXED = { strategy: 'fixed', captchaId: 'c-agreed', captcha: 'k9fzp' };
/** A poll that answers at once when there is no news; nothing is reconciled unless a test says so. */
const QUICK = { pollTimeoutMs: 1, sendTimeoutMs: 2_000, pollGraceMs: 2_000, reconcileEveryMs: 60_000 };

export const CONTEXT: StartContext = {
  conversationId: 'ha-1:1',
  visitor: { firstName: 'Ana', lastName: 'Ruiz', email: 'ana@example.org' },
  openingText: 'Hello',
  pageUrl: 'https://shop.example/p/1',
};

export const text = (words: string, changes: Partial<DoubtfulText> = {}): DoubtfulText => ({
  key: `k-${words}`,
  text: words,
  equalBefore: 0,
  maybeBefore: 0,
  ...changes,
});

/** A simulator, and the destination open for it. */
export async function startXmWorld(options: XmSimulatorOptions = {}) {
  const simulator = await startXm({ captchas: { [FIXED.captchaId]: FIXED.captcha }, ...options });
  const http = createHttpClient({ allowPrivateAddresses: true });
  const clock = { aheadMs: 0 };
  const now = (): Date => new Date(Date.now() + clock.aheadMs);
  const open = (settings: object = {}): Destination => {
    const given = { baseUrl: simulator.url, departmentId: 1, captcha: FIXED, ...QUICK, ...settings };
    return xm.open(given, { http, now }).destination;
  };
  return {
    simulator,
    http,
    clock,
    now,
    open,
    /** A started chat with a store of its own, as the bridge keeps it. */
    async chat(settings: object = {}) {
      const destination = open(settings);
      const started = await destination.start(CONTEXT);
      return createStoredChat(simulator, destination, started, now());
    },
    async close() {
      http.close();
      await simulator.close();
    },
  };
}

export type XmWorld = Awaited<ReturnType<typeof startXmWorld>>;

function createStoredChat(
  simulator: XmSimulator,
  destination: Destination,
  { remoteId, state }: { remoteId: string; state: unknown },
  openedAt: Date,
) {
  const store = { state, cursor: undefined as unknown, afterGap: true, updates: 0 };
  const receiver = receiverOf(destination);
  /** As it is loaded from the store; two of them know nothing of each other. */
  const loaded = (): ReceivingChat => ({
    remoteId,
    state: structuredClone(store.state),
    cursor: structuredClone(store.cursor),
    openedAt,
    afterGap: store.afterGap,
    countSent: async () => 0,
    async updateState(change) {
      store.updates += 1;
      store.state = structuredClone(change(structuredClone(store.state)));
      return structuredClone(store.state);
    },
  });
  /** One reading, stored as a listener would. */
  async function read(signal = new AbortController().signal): Promise<RemoteEvent[]> {
    try {
      const { events, cursors } = await receiver.receive([loaded()], signal);
      store.cursor = structuredClone(cursors.get(remoteId));
      store.afterGap = false;
      return [...events];
    } catch (error) {
      store.afterGap = true;
      throw error;
    }
  }
  return {
    remoteId,
    store,
    destination,
    receiver,
    loaded,
    read,
    send: (message: DoubtfulText) => destination.send(loaded(), message),
    findSent: (message: DoubtfulText) => destination.findSent(loaded(), message),
    /** Reads until nothing is new and gives the texts of the agents. */
    async texts(readings = 2): Promise<string[]> {
      const found: RemoteEvent[] = [];
      for (let reading = 0; reading < readings; reading += 1) found.push(...(await read()));
      return found.map((event) => (event.kind === 'message' ? event.text : event.kind));
    },
    requests: (path: RegExp) => simulator.requests.entries().filter((entry) => path.test(entry.path)),
  };
}

export type StoredXmChat = ReturnType<typeof createStoredChat>;

function receiverOf({ receiver }: Destination): Receiver {
  if (!receiver) throw new Error('XM has a reading half');
  return receiver;
}
