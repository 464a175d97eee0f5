import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { startSimulator, type RequestEntry } from './simulator-server.ts';
import { createXmAgents, type XmAgents } from './xm-agents.ts';
import { createXmCaptchas } from './xm-captchas.ts';
import { answerXmChat } from './xm-chat-routes.ts';
import type { XmEffect } from './xm-effects.ts';
import { answerXmPublic, xmRefusal } from './xm-public-routes.ts';
import { createXmRooms, newXmId, type XmGuest, type XmMessage, type XmPerson, type XmRoom } from './xm-rooms.ts';
import { createXmTokens } from './xm-tokens.ts';

export interface XmSimulatorOptions {
  /** Reusable pairs of captcha id and text: what the vendor hands out to an allowed integration. */
  captchas?: ReadonlyMap<string, string> | Record<string, string>;
  accessTokenSeconds?: number;
  ledgerFile?: string;
}

export interface XmRoomView {
  chatId: string;
  subject: string;
  guest: XmGuest;
  members: XmPerson[];
  /** Every message, also those that are still slow to show; `text` is what a reader sees. */
  messages: (XmMessage & { text: string })[];
}

export interface XmSimulator extends XmAgents {
  /** Base URL ending in /xm. */
  url: string;
  faults: Faults;
  ledger: Ledger<XmEffect>;
  requests: Ledger<RequestEntry>;
  rooms: () => XmRoomView[];
  captchaAnswer: (captchaId: string) => string | undefined;
  expireTokens: () => void;
  forgetRefreshTokens: () => void;
  close: () => Promise<void>;
  /** How long a message takes to show in sync and history. */
  slowToShowMs: number;
  /** Makes sync a queue: what was handed out once is never handed out again, even if the answer was lost. */
  syncHandsOutOnce: boolean;
}

const DEFAULT_ACCESS_TOKEN_SECONDS = 1_800;

export async function startXm({
  captchas: fixed = {},
  accessTokenSeconds = DEFAULT_ACCESS_TOKEN_SECONDS,
  ledgerFile,
}: XmSimulatorOptions = {}): Promise<XmSimulator> {
  const faults = createFaults();
  const ledger = createLedger<XmEffect>(ledgerFile);
  const requests = createLedger<RequestEntry>();
  const captchas = createXmCaptchas(fixed instanceof Map ? fixed : new Map(Object.entries(fixed)));
  const tokens = createXmTokens(accessTokenSeconds);
  const rooms = createXmRooms();
  const files = new Map<string, Buffer>();
  const agent = { id: newXmId(), name: 'Alex' };
  let syncHandsOutOnce = false;

  const parts = { captchas, tokens, rooms, ledger, files, agent, handsOutOnce: () => syncHandsOutOnce };
  const server = await startSimulator({
    name: 'XM',
    faults,
    onRequest: requests.append,
    handle(request) {
      if (request.path.startsWith('/xm/api/')) return answerXmChat(parts, request);
      return answerXmPublic(parts, request) ?? xmRefusal(404, 'Not found.');
    },
  });

  return {
    ...createXmAgents(rooms, files, agent),
    url: `${server.url}/xm`,
    faults,
    ledger,
    requests,
    rooms: () => rooms.all().map(viewOf),
    captchaAnswer: captchas.answer,
    expireTokens: tokens.expireAccess,
    forgetRefreshTokens: tokens.forgetRefresh,
    async close() {
      await server.close();
      rooms.close();
      ledger.close();
    },
    get slowToShowMs() {
      return rooms.slowToShowMs;
    },
    set slowToShowMs(ms) {
      rooms.slowToShowMs = ms;
    },
    get syncHandsOutOnce() {
      return syncHandsOutOnce;
    },
    set syncHandsOutOnce(once) {
      syncHandsOutOnce = once;
    },
  };
}

function viewOf({ chatId, subject, guest, members, messages }: XmRoom): XmRoomView {
  return { chatId, subject, guest, members, messages: messages.map(({ wire, text }) => ({ ...wire, text })) };
}
