import type { ServicepatternAgent } from '../../simulators/servicepattern-agents.ts';
import { startServicepattern } from '../../simulators/servicepattern-simulator.ts';
import { type Subject, WRONG } from '../subject.ts';

const KNOWN = { tenantUrl: 'acme.brightpattern.com', appId: 'app-canary' };
const QUICK = {
  ...{ settleMs: 0, sendTimeoutMs: 2_000, pollTimeoutMs: 2_000, afterAbortMs: 10 },
  ...{ duplicatePollPauseMs: 0, pollRetryBaseMs: 1, pollRetryMaxMs: 5 },
};

export const subject: Subject = {
  type: 'servicepattern',
  numbersMessages: false,
  async start() {
    const simulator = await startServicepattern(KNOWN);
    simulator.switches.holdMs = 20;
    // What became of a chat that was given up is not told afterwards.
    simulator.switches.historyAfterEnd = false;
    const { ledger } = simulator;
    const settings = (origin = new URL(simulator.url).origin): object => ({
      ...{ baseUrl: `${origin}/clientweb/api`, ...KNOWN },
      ...QUICK,
    });
    const agents = new Map<string, ServicepatternAgent>();
    const agentOf = (remoteId: string): ServicepatternAgent => {
      const agent = agents.get(remoteId) ?? simulator.agent(remoteId);
      if (!agents.has(remoteId)) agent.join();
      agents.set(remoteId, agent);
      return agent;
    };
    return {
      faults: simulator.faults,
      calls: {
        start: { method: 'POST', path: /\/chats$/ },
        send: { method: 'POST', path: /\/events$/ },
        end: { method: 'POST', path: /\/events$/ },
        read: { method: 'GET', path: /\/(events|history)$/ },
      },
      settings,
      wrongSettings: [
        { what: 'a wrong tenant', settings: { ...settings(), tenantUrl: 'other.example.com' }, field: 'tenantUrl' },
        { what: 'a wrong application id', settings: { ...settings(), appId: WRONG }, field: 'appId' },
      ],
      listMember: 'events',
      orderMember: 'events',
      startedChats: () => ledger.entries().flatMap((effect) => (effect.kind === 'chat' ? [effect.chatId] : [])),
      sentTexts: (remoteId) =>
        ledger
          .entries()
          .flatMap((effect) => (effect.kind === 'message' && effect.chatId === remoteId ? [effect.text] : [])),
      sentFiles(remoteId) {
        const uploads = new Map(
          ledger
            .entries()
            .flatMap((effect) => (effect.kind === 'upload' ? [[effect.fileId, effect.bytes] as const] : [])),
        );
        return ledger
          .entries()
          .flatMap((effect) =>
            effect.kind === 'file' && effect.chatId === remoteId
              ? [{ name: effect.name, size: uploads.get(effect.fileId) ?? 0 }]
              : [],
          );
      },
      timesEnded: (remoteId) =>
        ledger.entries().filter((effect) => effect.kind === 'end' && effect.chatId === remoteId).length,
      agentWrites: (remoteId, text) => agentOf(remoteId).write(text),
      agentSendsFile: (remoteId, name, bytes) => void agentOf(remoteId).sendFile(name, bytes),
      skewClock: (ms) => void (simulator.clockSkewMs = ms),
      showLate: (ms) => void (simulator.slowToShowMs = ms),
      forget: simulator.drop,
      close: simulator.close,
    };
  },
};
