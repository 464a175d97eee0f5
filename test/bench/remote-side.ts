import { startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';
import { REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';

/** iAdvize and a chat system that takes so long for every write, in a process of their own. */
const [, , ledgerFile = '', answerMs = '20'] = process.argv;

const rest = await startIadvizeRest({ apiKeys: [REST_KEY] });
const thulium = await startThulium({ ...THULIUM_LOGIN, ledgerFile });
thulium.faults.add({ match: { method: 'POST', path: /./ }, kind: 'delay', ms: Number(answerMs), times: Infinity });
const line = { event: 'listening', port: 0, rest: rest.url, thulium: thulium.url };
process.stdout.write(`${JSON.stringify(line)}\n`);
