import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readLedgerFile } from '../simulators/ledger.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { fillBacklog } from './backlog.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';
import { openLoop } from './http-load.ts';
import { conversationRequest, installShop } from './shop.ts';

/** `npm run bench -- bridge [writes a second] [seconds] [--backlogs 6]`: over so many installations the backlog is spread. */
const { values, positionals } = parseArgs({
  options: { backlogs: { type: 'string', default: '1' } },
  allowPositionals: true,
  args: process.argv.slice(2),
});
const [perSecondText = '200', secondsText = '10'] = positionals;
const BACKLOGS = Number(values.backlogs);
const PER_SECOND = Number(perSecondText);
const SECONDS = Number(secondsText);
/** At the same rate. */
const WARM_UP_SECONDS = 5;
const BACKLOG = 100_000;
const BUSY_WEBSITES = Array.from({ length: BACKLOGS }, (_, index) => index + 1);
const QUIET_WEBSITE = BACKLOGS + 1;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Effect {
  kind: string;
  text?: string;
}

/** When each conversation was taken in, and when the chat system had its first text: which names the conversation. */
interface Run {
  accepted: Map<string, number>;
  ledgerFile: string;
}

/** Milliseconds from the schedule's moment of each start to its context message in the remote ledger, sorted. */
async function latencies(
  service: BenchProcess,
  ledgerFile: string,
  website: number,
  perSecond: number,
  first: number,
  seconds = SECONDS,
) {
  const run: Run = { accepted: new Map(), ledgerFile };
  let number = first;
  const next = (): Buffer => {
    run.accepted.set(`ha-${website}:${number}`, Date.now());
    return conversationRequest(website, number++);
  };
  const result = await openLoop(service.url, { perSecond, seconds, connections: 50, next });
  if (result.failed > 0) throw new Error(`${result.failed} webhooks were not taken`);
  const arrivals = await eventually(
    async () => arrivalsOf(run),
    (found) => found.length === run.accepted.size,
    60_000,
  );
  return arrivals.sort((a, b) => a - b);
}

function arrivalsOf({ accepted, ledgerFile }: Run): number[] {
  const seen = new Map<string, number>();
  for (const { kind, text, at } of readLedgerFile<Effect>(ledgerFile)) {
    const id = kind === 'message' ? /^Conversation: (\S+)$/m.exec(text ?? '')?.[1] : undefined;
    if (id !== undefined && !seen.has(id)) seen.set(id, Date.parse(at));
  }
  return [...accepted].flatMap(([id, at]) => {
    const arrived = seen.get(id);
    return arrived === undefined ? [] : [arrived - at];
  });
}

function describe(times: readonly number[]): string {
  const at = (share: number): string => `${times[Math.floor((times.length - 1) * share)]} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, slowest ${at(1)}`;
}

async function main(): Promise<void> {
  const place = await makeBenchDatabase();
  const ledgerFile = path.join(place.folder, 'remote.jsonl');
  const remote = await startBenchProcess('test/bench/remote-side.ts', place.folder, {}, [ledgerFile]);
  try {
    const [addresses] = await remote.log();
    const urls = { IADVIZE_REST_URL_HA: String(addresses?.['rest']), IADVIZE_REST_URL_SD: String(addresses?.['rest']) };
    const environment = { ...TEST_ENVIRONMENT, ...place.environment, ...urls, LOG_LEVEL: 'warn' };
    const database = place.environment['DATABASE_URL'] === undefined ? 'embedded database' : 'PostgreSQL';
    print(`${database}, Node ${process.version}, load ${os.loadavg()[0]?.toFixed(1)}`);
    const service = await startBenchProcess('dist/main.js', place.folder, { ...environment, LOG_LEVEL: 'info' });
    for (const website of [...BUSY_WEBSITES, QUIET_WEBSITE])
      await installShop(service, website, String(addresses?.['thulium']));
    await latencies(service, ledgerFile, QUIET_WEBSITE, PER_SECOND / 2, 1, WARM_UP_SECONDS);
    const alone = await latencies(service, ledgerFile, QUIET_WEBSITE, PER_SECOND / 2, 10_000);
    print(
      `accepted -> in the remote chat, ${PER_SECOND / 2} conversations/s (${PER_SECOND} writes/s) of 20 ms each: ${describe(alone)}`,
    );
    await measureBacklog(service, place, ledgerFile);
    await service.stop();
  } finally {
    await remote.stop();
    await place.remove();
  }
}

async function measureBacklog(
  service: BenchProcess,
  place: Awaited<ReturnType<typeof makeBenchDatabase>>,
  ledgerFile: string,
) {
  if (place.environment['DATABASE_URL'] === undefined) return;
  const database = await place.open();
  await fillBacklog(database, BACKLOG, BACKLOGS);
  await database.close();
  const beside = await latencies(service, ledgerFile, QUIET_WEBSITE, 20, 100_000);
  print(
    `the same at 20/s while ${BACKLOGS} other installation(s) have ${BACKLOG} deliveries waiting: ${describe(beside)}`,
  );
}

await main();
