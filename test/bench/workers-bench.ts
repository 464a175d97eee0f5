import path from 'node:path';
import { parseArgs } from 'node:util';
import { readLedgerFile } from '../simulators/ledger.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';
import { closedLoop } from './http-load.ts';
import { conversationRequest, installShop } from './shop.ts';

/**
 * What more workers bring: the writes a second of 1, 2 and 4 of them out of a backlog, into chat systems that take a
 * second to answer, so that waiting is what there is to share.
 *   npm run bench -- workers [--answer-ms 1000] [--seconds 20]
 */
const { values } = parseArgs({
  options: { 'answer-ms': { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
  args: process.argv.slice(2),
});
const SECONDS = Number(values.seconds);
const WORKERS = [1, 2, 4];
/** A destination alone does not get all of a worker's places. */
const WEBSITES = 8;
/** More than any number of workers here carries while it is measured. */
const CONVERSATIONS = 2_500;
/** Leases are taken and connections are opened in this time. */
const WARM_UP_SECONDS = 3;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1_000));

interface Effect {
  kind: string;
}

const writesIn = (ledgerFile: string): number =>
  readLedgerFile<Effect>(ledgerFile).filter(({ kind }) => kind === 'start' || kind === 'message').length;

/** Writes a second that arrive with so many workers. */
async function measure(count: number): Promise<number> {
  const place = await makeBenchDatabase();
  const ledgerFile = path.join(place.folder, 'remote.jsonl');
  const arguments_ = [ledgerFile, values['answer-ms']];
  const remote = await startBenchProcess('test/bench/remote-side.ts', place.folder, {}, arguments_);
  const running: BenchProcess[] = [remote];
  try {
    const [addresses] = await remote.log();
    const rest = String(addresses?.['rest']);
    const urls = { IADVIZE_REST_URL_HA: rest, IADVIZE_REST_URL_SD: rest };
    const environment = { ...TEST_ENVIRONMENT, ...place.environment, ...urls };
    const start = async (ROLE: string): Promise<BenchProcess> => {
      const service = await startBenchProcess('dist/main.js', place.folder, { ...environment, ROLE });
      running.push(service);
      return service;
    };
    const web = await start('web');
    for (let website = 1; website <= WEBSITES; website += 1)
      await installShop(web, website, String(addresses?.['thulium']));
    let number = 0;
    const next = (): Buffer => conversationRequest((number % WEBSITES) + 1, ++number);
    while (number < CONVERSATIONS) await closedLoop(web.url, { connections: 10, seconds: 0.2, next });
    for (let index = 0; index < count; index += 1) await start('worker');
    await eventually(
      () => writesIn(ledgerFile),
      (writes) => writes > 0,
    );
    await seconds(WARM_UP_SECONDS);
    const before = writesIn(ledgerFile);
    const startedAt = performance.now();
    await seconds(SECONDS);
    return ((writesIn(ledgerFile) - before) * 1_000) / (performance.now() - startedAt);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await place.remove();
  }
}

async function main(): Promise<void> {
  if (process.env['DATABASE_URL'] === undefined) throw new Error('Several workers need PostgreSQL: set DATABASE_URL.');
  let alone: number | undefined;
  for (const count of WORKERS) {
    const perSecond = await measure(count);
    alone ??= perSecond;
    print(`${count} worker(s): ${perSecond.toFixed(1)} writes/s, ${(perSecond / alone).toFixed(2)} times one`);
  }
}

await main();
