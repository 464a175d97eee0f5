import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { startSimulator, type RequestEntry } from './simulator-server.ts';
import { createXmAgents, type XmAgents } from './xm-agents.ts';
import { createXmCaptchas } from './xm-captchas.ts';
import { usualXmBehaviour, type XmBehaviour } from './xm-behaviour.ts';
import { answerXmChat, type XmStoredFile } from './xm-chat-routes.ts';
import type { XmEffect, XmRefresh } from './xm-effects.ts';
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
  /** Token refreshes, as the server carried them out. */
  refreshes: Ledger<XmRefresh>;
  behaviour: XmBehaviour;
  rooms: () => XmRoomView[];
  captchaAnswer: (captchaId: string) => string | undefined;
  captchasIssued: () => string[];
  expireTokens: () => void;
  forgetRefreshTokens: () => void;
  close: () => Promise<void>;
  /** How long a message takes to show in sync and history. */
  slowToShowMs: number;
  /** How far the server's clock is ahead of ours, in ms. */
  clockSkewMs: number;
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
  const refreshes = createLedger<XmRefresh>();
  const rooms = createXmRooms();
  const serverNow = (): number => Date.now() + rooms.clockSkewMs;
  const tokens = createXmTokens(accessTokenSeconds, refreshes, serverNow);
  const files = new Map<string, XmStoredFile>();
  const agent = { id: newXmId(), name: 'Alex' };
  const behaviour = usualXmBehaviour();

  const parts = { captchas, tokens, rooms, ledger, files, agent, behaviour };
  const server = await startSimulator({
    name: 'XM',
    faults,
    onRequest: requests.append,
    async handle(request) {
      const answer = request.path.startsWith('/xm/api/')
        ? await answerXmChat(parts, request)
        : (answerXmPublic(parts, request) ?? xmRefusal(404, 'Not found.'));
      return { ...answer, headers: { Date: new Date(serverNow()).toUTCString(), ...answer.headers } };
    },
  });

  return {
    ...createXmAgents(rooms, files, agent),
    url: `${server.url}/xm`,
    faults,
    ledger,
    requests,
    refreshes,
    behaviour,
    rooms: () => rooms.all().map(viewOf),
    captchaAnswer: captchas.answer,
    captchasIssued: captchas.issuedIds,
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
    get clockSkewMs() {
      return rooms.clockSkewMs;
    },
    set clockSkewMs(ms) {
      rooms.clockSkewMs = ms;
    },
  };
}

function viewOf({ chatId, subject, guest, members, messages }: XmRoom): XmRoomView {
  return { chatId, subject, guest, members, messages: messages.map(({ wire, text }) => ({ ...wire, text })) };
}
