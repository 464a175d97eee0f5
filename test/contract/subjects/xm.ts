import { startXm } from '../../simulators/xm-simulator.ts';
import type { Subject } from '../subject.ts';

const FIXED = { captchaId: 'c-agreed', captcha: 'k9fzp' };
/** A poll that answers at once when there is no news, and an hour's peace from comparing with the history. */
const QUICK = { settleMs: 0, sendTimeoutMs: 2_000, pollTimeoutMs: 1, pollGraceMs: 2_000, errorPauseMs: 0 };

export const subject: Subject = {
  type: 'xm',
  numbersMessages: true,
  async start() {
    const simulator = await startXm({ captchas: { [FIXED.captchaId]: FIXED.captcha } });
    // The harsher of the two ways in which a sync may behave: what it handed out is gone.
    simulator.behaviour.syncHandsOutOnce = true;
    const { ledger } = simulator;
    const settings = (origin = new URL(simulator.url).origin): object => ({
      ...{ baseUrl: `${origin}/xm`, departmentId: 1, captcha: { strategy: 'fixed', ...FIXED } },
      ...QUICK,
    });
    return {
      faults: simulator.faults,
      calls: {
        start: { method: 'POST', path: /\/guests$/ },
        send: { method: 'POST', path: /\/messages$/ },
        end: { method: 'DELETE', path: /\/leave$/ },
        read: { method: 'GET', path: /\/(sync|messages)$/ },
      },
      settings,
      wrongSettings: [
        { what: 'an unknown department', settings: { ...settings(), departmentId: 99 }, field: 'departmentId' },
      ],
      listMember: 'messages',
      orderMember: 'messages',
      startedChats: () => ledger.entries().flatMap((effect) => (effect.kind === 'guest' ? [effect.chatId] : [])),
      sentTexts: (remoteId) =>
        ledger
          .entries()
          .flatMap((effect) => (effect.kind === 'message' && effect.chatId === remoteId ? [effect.text] : [])),
      sentFiles: (remoteId) =>
        ledger.entries().flatMap((effect) => (effect.kind === 'file' && effect.chatId === remoteId ? [effect] : [])),
      timesEnded: (remoteId) =>
        ledger.entries().filter((effect) => effect.kind === 'leave' && effect.chatId === remoteId).length,
      agentWrites: (remoteId, text) => void simulator.agentWrites(remoteId, text),
      agentSendsFile: (remoteId, name, bytes) => void simulator.agentSendsFile(remoteId, name, bytes),
      skewClock: (ms) => void (simulator.clockSkewMs = ms),
      showLate: (ms) => void (simulator.slowToShowMs = ms),
      forget: simulator.removeRoom,
      close: simulator.close,
    };
  },
};
