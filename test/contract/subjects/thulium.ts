import { startThulium } from '../../simulators/thulium-simulator.ts';
import { type Subject, WRONG } from '../subject.ts';

const LOGIN = { apiUser: 'api_user', apiPassword: 'api_pass' };
const QUICK = { settleMs: 0, sendTimeoutMs: 2_000, pollIntervalMs: 500 };

export const subject: Subject = {
  type: 'thulium',
  numbersMessages: false,
  async start() {
    const simulator = await startThulium(LOGIN);
    const { ledger } = simulator;
    const settings = (origin = new URL(simulator.url).origin): object => ({
      ...{ baseUrl: `${origin}/api`, ...LOGIN, chatQueueId: 3 },
      ...QUICK,
    });
    return {
      faults: simulator.faults,
      calls: {
        start: { method: 'POST', path: /\/start$/ },
        send: { method: 'POST', path: /\/message$/ },
        end: { method: 'POST', path: /\/stop$/ },
        read: { method: 'GET', path: /\/chats$/ },
      },
      settings,
      wrongSettings: [
        { what: 'a wrong password', settings: { ...settings(), apiPassword: WRONG }, field: 'apiPassword' },
        { what: 'an unknown queue', settings: { ...settings(), chatQueueId: 77 }, field: 'chatQueueId' },
      ],
      // Messages have no ids: what may come twice is a whole chat, where a list grew between two pages.
      listMember: 'result',
      orderMember: 'messages',
      startedChats: () =>
        ledger.entries().flatMap((effect) => (effect.kind === 'start' ? [effect.conversationId] : [])),
      sentTexts: (remoteId) =>
        ledger
          .entries()
          .flatMap((effect) => (effect.kind === 'message' && effect.conversationId === remoteId ? [effect.text] : [])),
      sentFiles: () => [],
      timesEnded: (remoteId) =>
        ledger.entries().filter((effect) => effect.kind === 'stop' && effect.conversationId === remoteId).length,
      agentWrites: (remoteId, text) => void simulator.agentWrites(remoteId, text),
      agentSendsFile: (remoteId, name, bytes) =>
        simulator.agentSends(remoteId, { name, bytes, contentType: 'application/pdf' }),
      skewClock: simulator.setClockSkew,
      showLate: (ms) => void (simulator.slowToShowMs = ms),
      forget: simulator.deleteChat,
      close: simulator.close,
    };
  },
};
