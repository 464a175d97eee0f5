import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type RequestEntry, type SimulatorAnswer, type SimulatorRequest, startSimulator } from './simulator-server.ts';

export interface ServicepatternAvailability {
  /** Base URL ending in /clientweb/api. */
  url: string;
  faults: Faults;
  requests: Ledger<RequestEntry>;
  /** The wiki says 401, the collection 403. */
  refusalStatus: 401 | 403;
  open: boolean;
  close: () => Promise<void>;
}

const AUTHORIZATION = /^MOBILE-API-140-327-PLAIN appId="?([^",]*)"?, clientId="?([^",]+)"?$/;

/** ServicePattern's `GET availability` and nothing else: what a check of its settings talks to. */
export async function startServicepatternAvailability(known: {
  tenantUrl: string;
  appId: string;
}): Promise<ServicepatternAvailability> {
  const faults = createFaults();
  const requests = createLedger<RequestEntry>();
  const handle = ({ method, path, query, headers }: SimulatorRequest): SimulatorAnswer => {
    if (method !== 'GET' || path !== '/clientweb/api/v1/availability') return { status: 404 };
    if (headers.authorization === undefined) return refuse('2000', 'Authorization header is missing');
    const [, appId] = AUTHORIZATION.exec(headers.authorization) ?? [];
    if (appId === undefined) return refuse('2001', 'Authorization header is malformed');
    if (query.get('tenantUrl') !== known.tenantUrl) return refuse('1000', 'Tenant URL is invalid');
    if (appId !== known.appId) return refuse('3000', 'Application id is invalid');
    return { status: 200, body: simulator.open ? { chat: 'available', ewt: '3' } : { chat: 'notAvailable' } };
  };
  const refuse = (code: string, message: string): SimulatorAnswer => ({
    status: simulator.refusalStatus,
    body: { error_code: code, error_message: message },
  });
  const server = await startSimulator({ name: 'ServicePattern', handle, faults, onRequest: requests.append });
  const simulator: ServicepatternAvailability = {
    url: `${server.url}/clientweb/api`,
    faults,
    requests,
    refusalStatus: 401,
    open: true,
    close: server.close,
  };
  return simulator;
}
