import { startChatStage } from '../support/chat-stage.ts';
import { fallIntoGap } from '../support/source-gap.ts';
import { PLATFORM_RETRY_DELAYS_MS } from '../simulators/iadvize-sender.ts';
import { makeBenchDatabase } from './bench-database.ts';

/**
 * G20: the service is off for two minutes, in which the sender gives every event up; how long it takes to find them all.
 *   npm run bench -- source-gap [conversations] [RECONCILE_MINUTES]
 */
const [conversationsText = '100', minutes = '5'] = process.argv.slice(2);
const OFF_MS = 120_000;
/** One comparison late, and the events' grace, with time to carry what was found. */
const PATIENCE_MS = (Number(minutes) * 2 + 5) * 60_000;

const stage = await startChatStage({ sendTimeoutMs: 15_000 });
const database = await makeBenchDatabase();
const { givenUp, seen, foundAfterMs } = await fallIntoGap({
  ...{ stage, storage: database, entry: 'dist/main.js', environment: { RECONCILE_MINUTES: minutes } },
  ...{ conversations: Number(conversationsText), retryDelaysMs: PLATFORM_RETRY_DELAYS_MS },
  ...{ offMs: OFF_MS, patienceMs: PATIENCE_MS },
});

const wrong = seen.filter((chats) => chats.length !== 1 || chats[0]?.slice(1).join() !== 'hello,ok,(end)').length;
const at = (share: number): string =>
  `${((foundAfterMs[Math.floor((foundAfterMs.length - 1) * share)] ?? NaN) / 1_000).toFixed(1)} s`;
process.stdout.write(
  [
    `${database.environment['DATABASE_URL'] === undefined ? 'embedded' : 'PostgreSQL'}, off for ${OFF_MS / 1_000} s, compared every ${minutes} min`,
    `events given up by the sender: ${givenUp}; conversations: ${seen.length}; not once, whole and in order: ${wrong}`,
    `time to find, from the first call taken again: p50 ${at(0.5)}, p99 ${at(0.99)}, slowest ${at(1)}`,
    '',
  ].join('\n'),
);
await stage.close();
await database.remove();
if (wrong > 0 || givenUp !== 2 * seen.length) process.exitCode = 1;
