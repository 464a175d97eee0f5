import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { startSimulator, type RequestEntry } from './simulator-server.ts';
import { createThuliumChats, type ThuliumChat } from './thulium-chats.ts';
import { createThuliumRoutes, type ThuliumCustomer, type ThuliumEffect, type ThuliumQueue } from './thulium-routes.ts';

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
  addCustomer: (customer: ThuliumCustomer) => void;
  agentWrites: (conversationId: string, text: string, login?: string) => void;
  closeByAgent: (conversationId: string) => void;
  setPermissions: (permissions: '*' | string[]) => void;
  setPassword: (password: string) => void;
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
  const chats = createThuliumChats();
  const access = { user: apiUser, password: apiPassword, permissions };
  const customers: ThuliumCustomer[] = [];
  const handle = createThuliumRoutes({ chats, ledger, queues, customers, access });
  const server = await startSimulator({ name: 'Thulium', handle, faults, onRequest: requests.append });

  const demandOpen = (done: boolean, conversationId: string): void => {
    if (!done) throw new Error(`Thulium simulator: no open conversation ${conversationId}`);
  };

  return {
    url: `${server.url}/api`,
    faults,
    ledger,
    requests,
    chats: chats.all,
    addCustomer: (customer) => void customers.push(customer),
    agentWrites: (id, text, login = 'akowal') => demandOpen(chats.agentWrites(id, text, login), id),
    closeByAgent: (id) => demandOpen(chats.close(id), id),
    setPermissions: (next) => void (access.permissions = next),
    setPassword: (next) => void (access.password = next),
    get slowToShowMs() {
      return chats.slowToShowMs;
    },
    set slowToShowMs(ms) {
      chats.slowToShowMs = ms;
    },
    async close() {
      await server.close();
      ledger.close();
    },
  };
}
