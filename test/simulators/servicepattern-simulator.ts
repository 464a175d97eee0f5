import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createServicepatternAgent, type ServicepatternAgent } from './servicepattern-agents.ts';
import type { ServicepatternKnown } from './servicepattern-access.ts';
import { createServicepatternChats, type ServicepatternChat } from './servicepattern-chats.ts';
import type { ServicepatternEffect, ServicepatternHeaders, WireEvent } from './servicepattern-effects.ts';
import { answerServicepattern, type ServicepatternParts, type StoredFile } from './servicepattern-routes.ts';
import { defaultSwitches, type ServicepatternSwitches } from './servicepattern-switches.ts';
import { type RequestEntry, startSimulator } from './simulator-server.ts';

export interface ServicepatternChatView {
  chatId: string;
  clientId: string;
  isOver: boolean;
  isPolled: boolean;
  /** Every event of both sides, also those that are still slow to show. */
  events: WireEvent[];
}

export interface ServicepatternSimulator {
  /** Base URL ending in /clientweb/api. */
  url: string;
  faults: Faults;
  switches: ServicepatternSwitches;
  ledger: Ledger<ServicepatternEffect>;
  requests: Ledger<RequestEntry>;
  headers: Ledger<ServicepatternHeaders>;
  chats: () => ServicepatternChatView[];
  agent: (
    chatId: string,
    person?: { firstName?: string; lastName?: string; type?: 'internal' | 'scenario' | 'external' },
  ) => ServicepatternAgent;
  /** Any event from the server's side, to the letter. */
  emit: (chatId: string, event: WireEvent) => void;
  showForm: (chatId: string, form: { id: string | number; name?: string }) => void;
  /** Forgets the session, as after a long silence, without a word. */
  drop: (chatId: string) => void;
  /** How long an event takes to show in history. */
  slowToShowMs: number;
  /** How far the server's clock is ahead of ours, in ms: in its answers and in the times of its events. */
  clockSkewMs: number;
  /** Every switch and fault as at the beginning. */
  reset: () => void;
  close: () => Promise<void>;
}

export async function startServicepattern({
  ledgerFile,
  ...known
}: ServicepatternKnown & { ledgerFile?: string }): Promise<ServicepatternSimulator> {
  const faults = createFaults();
  const ledger = createLedger<ServicepatternEffect>(ledgerFile);
  const requests = createLedger<RequestEntry>();
  const headers = createLedger<ServicepatternHeaders>();
  const chats = createServicepatternChats();
  const files = new Map<string, StoredFile>();
  const switches = defaultSwitches();
  const answerToSending: ServicepatternParts['answerToSending'] = ({ queue }) => {
    if (switches.postAnswers === 'empty') return { body: { events: [] } };
    return { body: { events: switches.postAnswers === 'only' ? queue.splice(0) : [...queue] } };
  };
  const parts: ServicepatternParts = { known, switches, chats, files, ledger, answerToSending };
  const server = await startSimulator({
    name: 'ServicePattern',
    faults,
    onRequest: requests.append,
    async handle(request) {
      const { 'user-agent': userAgent, 'cache-control': cacheControl, authorization } = request.headers;
      const contentType = request.headers['content-type'];
      const { method, path } = request;
      headers.append({ method, path, userAgent, cacheControl, contentType, authorization });
      const answer = await answerServicepattern(parts, request);
      return { ...answer, headers: { Date: new Date(chats.now()).toUTCString(), ...answer.headers } };
    },
  });

  const chatOf = (chatId: string): ServicepatternChat => {
    const chat = chats.get(chatId);
    if (!chat) throw new Error(`ServicePattern simulator: no chat ${chatId}`);
    return chat;
  };

  return {
    url: `${server.url}/clientweb/api`,
    faults,
    switches,
    ledger,
    requests,
    headers,
    chats: () =>
      chats.all().map(({ chatId, clientId, isOver, isPolled, history }) => ({
        chatId,
        clientId,
        isOver,
        isPolled,
        events: history.map(({ event }) => event),
      })),
    agent: (chatId, { firstName = 'Art', lastName = 'M', type = 'internal' } = {}) =>
      createServicepatternAgent(chats, files, chatOf(chatId), { firstName, lastName, type }),
    emit: (chatId, event) => chats.emit(chatOf(chatId), event),
    showForm: (chatId, { id, name = '' }) =>
      chats.emit(chatOf(chatId), {
        event: 'chat_session_form_show',
        form_request_id: id,
        form_name: name,
        form_timeout: 60,
      }),
    drop(chatId) {
      const chat = chatOf(chatId);
      chat.queue.length = 0;
      chats.end(chat);
    },
    get slowToShowMs() {
      return chats.slowToShowMs;
    },
    set slowToShowMs(ms) {
      chats.slowToShowMs = ms;
    },
    get clockSkewMs() {
      return chats.clockSkewMs;
    },
    set clockSkewMs(ms) {
      chats.clockSkewMs = ms;
    },
    reset() {
      faults.clear();
      chats.slowToShowMs = 0;
      chats.clockSkewMs = 0;
      Object.assign(switches, defaultSwitches());
    },
    async close() {
      await server.close();
      ledger.close();
    },
  };
}
