import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type RequestEntry, startSimulator } from './simulator-server.ts';
import { createThuliumChats, type ThuliumChat } from './thulium-chats.ts';
import type { ThuliumEffect, ThuliumQueue } from './thulium-conversations.ts';
import { createThuliumFiles, type ThuliumFileOptions } from './thulium-files.ts';
import { createThuliumRoutes, type ThuliumCustomer } from './thulium-routes.ts';
import { DEFAULT_SHAPE, type ThuliumShape } from './thulium-shape.ts';
import { createThuliumWebhooks, type ThuliumWebhook, type WebhookDelivery } from './thulium-webhooks.ts';

export interface ThuliumSimulatorOptions {
  apiUser: string;
  apiPassword: string;
  queues?: ThuliumQueue[];
  permissions?: '*' | string[];
  ledgerFile?: string;
}

export interface ThuliumSimulator {
  /** Base URL ending in /api. */
  url: string;
  faults: Faults;
  ledger: Ledger<ThuliumEffect>;
  requests: Ledger<RequestEntry>;
  /** Every chat with every message, also those that are still slow to show. */
  chats: () => Required<ThuliumChat>[];
  webhooks: () => ThuliumWebhook[];
  /** What subscribers answered to their calls. */
  deliveries: Ledger<WebhookDelivery>;
  addCustomer: (customer: ThuliumCustomer) => void;
  /** Takes the chat over, unless it is taken already, and writes. Returns the message's id. */
  agentWrites: (conversationId: string, text: string, login?: string) => number;
  /** The same under another author's name: a bot, the system, one that nobody has heard of. */
  writesAs: (sentBy: string, conversationId: string, text: string) => number;
  agentSends: (conversationId: string, file: ThuliumFileOptions) => void;
  closeByAgent: (conversationId: string) => void;
  /** What an administrator does to a message: leaves other words of it, none (''), or takes it away (null). */
  erase: (conversationId: string, messageId: number, left: string | null) => void;
  deleteChat: (conversationId: string) => void;
  setShape: (shape: Partial<ThuliumShape>) => void;
  setPermissions: (permissions: '*' | string[]) => void;
  setPassword: (password: string) => void;
  setClockSkew: (ms: number) => void;
  setWebhookEncoding: (encoding: 'json' | 'form') => void;
  close: () => Promise<void>;
  /** How long a message takes to show in `GET chats`. */
  slowToShowMs: number;
}

export async function startThulium({
  apiUser,
  apiPassword,
  queues = [{ id: 3, name: 'Website' }],
  permissions = '*',
  ledgerFile,
}: ThuliumSimulatorOptions): Promise<ThuliumSimulator> {
  const faults = createFaults();
  const ledger = createLedger<ThuliumEffect>(ledgerFile);
  const requests = createLedger<RequestEntry>();
  const deliveries = createLedger<WebhookDelivery>();
  const chats = createThuliumChats();
  const webhooks = createThuliumWebhooks(deliveries);
  const access = { user: apiUser, password: apiPassword, permissions };
  const clock = { skewMs: 0 };
  const customers: ThuliumCustomer[] = [];
  const files = createThuliumFiles(() => server.url);
  const parts = { chats, ledger, queues, webhooks, customers, files, access, clock };
  const { handle, tell } = createThuliumRoutes(parts);
  const server = await startSimulator({ name: 'Thulium', handle, faults, onRequest: requests.append });

  const demandOpen = (done: boolean, conversationId: string): void => {
    if (!done) throw new Error(`Thulium simulator: no open conversation ${conversationId}`);
  };
  const write = (id: string, text: string, login: string, sentBy?: string): number => {
    const wasTaken = chats.get(id)?.user_login;
    const message = chats.agentWrites(id, text, login, sentBy);
    demandOpen(message !== undefined, id);
    if (wasTaken === null) tell('CHAT_AGENT_ASSIGNED', id, { agent_login: login });
    return message?.id ?? 0;
  };

  return {
    url: `${server.url}/api`,
    faults,
    ledger,
    requests,
    deliveries,
    chats: chats.all,
    webhooks: webhooks.list,
    addCustomer: (customer) => void customers.push(customer),
    agentWrites: (id, text, login = 'akowal') => write(id, text, login),
    writesAs: (sentBy, id, text) => write(id, text, 'akowal', sentBy),
    agentSends: (id, file) => demandOpen(chats.addFile(id, files.add(file)), id),
    closeByAgent(id) {
      demandOpen(chats.close(id), id);
      tell('CHAT_CONVERSATION_CLOSED', id);
    },
    erase: chats.erase,
    deleteChat: (id) => demandOpen(chats.delete(id), id),
    setShape: (shape) => void (chats.shape = { ...DEFAULT_SHAPE, ...shape }),
    setPermissions: (next) => void (access.permissions = next),
    setPassword: (next) => void (access.password = next),
    setClockSkew: (ms) => void (clock.skewMs = ms),
    setWebhookEncoding: (encoding) => void (webhooks.encoding = encoding),
    get slowToShowMs() {
      return chats.slowToShowMs;
    },
    set slowToShowMs(ms) {
      chats.slowToShowMs = ms;
    },
    async close() {
      await webhooks.settled();
      await server.close();
      ledger.close();
    },
  };
}
