import { startChatStage } from '../support/chat-stage.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { STOP_TEXTS, stopUnderLoad } from '../support/stop-rounds.ts';
import { makeBenchDatabase } from './bench-database.ts';

const [roundsText = '100'] = process.argv.slice(2);
const ROUNDS = Number(roundsText);

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const stage = await startChatStage({ sendTimeoutMs: 15_000 });
const database = await makeBenchDatabase();
let crashes = 0;

const { conversations, tookMs, inDoubt } = await stopUnderLoad({
  stage,
  rounds: ROUNDS,
  async start(port) {
    const environment = { ...database.environment, ...stage.environment, PORT: String(port) };
    const service = await startServiceProcess(environment, 'dist/main.js');
    await service.admin('POST', '/installations', stage.installation(1, ['thulium', 'xm']));
    return {
      admin: async (path) => (await service.admin('GET', path)).json(),
      async stop() {
        if ((await service.end('SIGTERM')) !== 0) crashes += 1;
      },
    };
  },
});

const texts = [...STOP_TEXTS, '(end)'].join();
const isWhole = (chats: string[][]): boolean => chats.length === 1 && chats[0]?.slice(1).join() === texts;
const wrong = conversations.filter((id) => ![stage.seenInThulium(id), stage.seenInXm(id)].every(isWhole));
const at = (share: number): string => `${tookMs[Math.floor((tookMs.length - 1) * share)]} ms`;

print(
  `${database.environment['DATABASE_URL'] === undefined ? 'embedded' : 'PostgreSQL'}, SIGTERM under load ${ROUNDS} times`,
);
print(`stopped within: p50 ${at(0.5)}, p99 ${at(0.99)}, slowest ${at(1)}; other exit codes than 0: ${crashes}`);
print(`conversations in two chat systems: ${conversations.length}; not once, whole and in order: ${wrong.length}`);
print(`deliveries in doubt: ${inDoubt.length}`);
await stage.close();
await database.remove();
if (crashes + wrong.length + inDoubt.length > 0) process.exitCode = 1;
