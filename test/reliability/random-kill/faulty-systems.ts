import type { FaultRequest, Faults } from '../../simulators/faults.ts';
import type { ServicepatternSimulator } from '../../simulators/servicepattern-simulator.ts';
import type { ThuliumSimulator } from '../../simulators/thulium-simulator.ts';
import type { XmSimulator } from '../../simulators/xm-simulator.ts';
import { SEND_TIMEOUT_MS } from './installation.ts';
import type { Random } from './seeded-random.ts';

export interface ChatSystems {
  thulium: ThuliumSimulator;
  xm: XmSimulator;
  servicepattern: ServicepatternSimulator;
}

/** What an agent reads shows this late in lists and histories; the settle time is above it. */
const SHOWS_AFTER_MS = 150;
const POLL_IS_HELD_MS = 3_000;

const WRITES = /\/(start|message|stop|guests|messages|leave|chats|events)$/;
const READS = /\/(sync|events|chats)$/;

/** Carried out when its caller has given up already, and looked for it. */
const CARRIED_OUT_LATE_MS = SEND_TIMEOUT_MS + 400;

/** Accept-then-cut, writes carried out late, slow answers, slow history and lost polls, on all of them. */
export function makeFaulty({ thulium, xm, servicepattern }: ChatSystems, random: Random): void {
  for (const system of [thulium, xm, servicepattern]) {
    system.slowToShowMs = SHOWS_AFTER_MS;
    addFaults(system.faults, random);
  }
  // What was handed out once never comes again, even if the answer was lost.
  xm.behaviour.syncHandsOutOnce = true;
  servicepattern.switches.holdMs = POLL_IS_HELD_MS;
}

export function makeCalm({ thulium, xm, servicepattern }: ChatSystems): void {
  for (const { faults } of [thulium, xm, servicepattern]) faults.clear();
}

function addFaults(faults: Faults, random: Random): void {
  const some =
    (share: number, isMeant: (request: FaultRequest) => boolean) =>
    (request: FaultRequest): boolean =>
      isMeant(request) && random() < share;
  const writes = ({ method, path }: FaultRequest): boolean => method !== 'GET' && WRITES.test(path);
  const reads = ({ method, path }: FaultRequest): boolean => method === 'GET' && READS.test(path);
  faults.add({ match: some(0.04, writes), kind: 'accept-then-cut', times: Infinity });
  faults.add({ match: some(0.02, writes), kind: 'cut-before', times: Infinity });
  faults.add({ match: some(0.01, writes), kind: 'delay', ms: CARRIED_OUT_LATE_MS, times: Infinity });
  // Long enough for a kill to fall between the bytes and their answer, now and then.
  faults.add({ match: some(0.5, writes), kind: 'delay-after', ms: 250, times: Infinity });
  faults.add({ match: some(0.03, reads), kind: 'accept-then-cut', times: Infinity });
}
