import { startChatStage } from '../support/chat-stage.ts';
import { GRACE_MS, STOP_TEXTS, stopUnderLoad } from '../support/stop-rounds.ts';
import { processesToStop } from '../support/stoppable-processes.ts';
import { makeBenchDatabase } from './bench-database.ts';

const [roundsText = '100'] = process.argv.slice(2);
const ROUNDS = Number(roundsText);

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const stage = await startChatStage({ sendTimeoutMs: 15_000 });
const database = await makeBenchDatabase();
const { exits, start } = processesToStop({ stage, storage: database, roles: ['all'], entry: 'dist/main.js' });
const { conversations, tookMs, inDoubt } = await stopUnderLoad({ stage, rounds: ROUNDS, start });

const texts = [...STOP_TEXTS, '(end)'].join();
const isWhole = (chats: string[][]): boolean => chats.length === 1 && chats[0]?.slice(1).join() === texts;
const wrong = conversations.filter((id) => ![stage.seenInThulium(id), stage.seenInXm(id)].every(isWhole));
const crashes = exits.filter((exit) => exit !== 0).length;
const late = tookMs.filter((ms) => ms >= GRACE_MS).length;
const at = (share: number): string => `${tookMs[Math.floor((tookMs.length - 1) * share)]} ms`;

print(
  `${database.environment['DATABASE_URL'] === undefined ? 'embedded' : 'PostgreSQL'}, SIGTERM under load ${ROUNDS} times`,
);
print(
  `stopped within: p50 ${at(0.5)}, p99 ${at(0.99)}, slowest ${at(1)}; over ${GRACE_MS} ms: ${late}; other exit codes than 0: ${crashes}`,
);
print(`conversations in two chat systems: ${conversations.length}; not once, whole and in order: ${wrong.length}`);
print(`attempts in doubt: ${inDoubt.length}`);
await stage.close();
await database.remove();
if (crashes + late + wrong.length + inDoubt.length > 0) process.exitCode = 1;
