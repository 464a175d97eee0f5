import { startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';
import { REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';

/** iAdvize and a chat system that takes so long for every write, from and to, in a process of their own. */
const [, , ledgerFile = '', fromMs = '20', toMs = fromMs] = process.argv;
/** Times between the two, each as likely. */
const STEPS = fromMs === toMs ? 1 : 9;

const rest = await startIadvizeRest({ apiKeys: [REST_KEY] });
const thulium = await startThulium({ ...THULIUM_LOGIN, ledgerFile });
for (let step = 0; step < STEPS; step += 1) {
  const ms = Number(fromMs) + ((Number(toMs) - Number(fromMs)) * step) / Math.max(1, STEPS - 1);
  // Those before it have had their share already.
  const match = ({ method }: { method: string }): boolean => method === 'POST' && Math.random() < 1 / (STEPS - step);
  thulium.faults.add({ match, kind: 'delay', ms, times: Infinity });
}
const line = { event: 'listening', port: 0, rest: rest.url, thulium: thulium.url };
process.stdout.write(`${JSON.stringify(line)}\n`);
