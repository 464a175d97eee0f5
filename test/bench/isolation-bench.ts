import os from 'node:os';
import path from 'node:path';
import type { Database } from '../../src/persistence/database.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { fillBacklog } from './backlog.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';
import { openLoop } from './http-load.ts';
import { conversationRequest, installShop } from './shop.ts';

/**
 * What workers take from the intake (G17): the p99 of webhooks when nothing is carried, and while all couriers hang in
 * slow chat systems and more waits for them, each after a warm-up of the same and several times in a row. Fails where the
 * medians of the rounds are further apart than the limit.
 *   npm run bench -- isolation [rounds] [shortest call in ms] [longest] [webhooks a second]
 */
/** Not all the same: calls that hang in step come back in step, which few chat systems do. */
const [roundsText = '3', fromMs = '2000', toMs = '6000', perSecondText = '500'] = process.argv.slice(2);
const ROUNDS = Number(roundsText);
const LIMIT = 1.2;
const PER_SECOND = Number(perSecondText);
const SECONDS = 8;
/** The median of so many in a row: a single one says more about the machine. */
const TIMES = 3;
const WARM_UP_SECONDS = 5;
/** Until every place of a worker has been through three calls: each connection plans a statement its first times. */
const SATURATED_WARM_UP_SECONDS = 15;
const COURIERS = 60;
/** Enough that they share nearly all of a worker's 64 places: a destination alone does not get them. */
const SLOW_WEBSITES = 40;
/** Of those nothing is carried to anywhere: they are taken and planned, calm or not. */
const LOADED_WEBSITE = SLOW_WEBSITES + 1;
const BACKLOG = 4_000;

/** Each is one service. */
const SHAPES = [
  { shape: 'ROLE=all with 5 connections', roles: ['all'], DATABASE_CONNECTIONS: '5' },
  { shape: 'ROLE=web and ROLE=worker', roles: ['web', 'worker'], DATABASE_CONNECTIONS: '20' },
];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

let number = 0;

/** In ms. */
async function usualP99(url: string): Promise<number> {
  const times: number[] = [];
  while (times.length < TIMES) times.push(await p99(url, SECONDS));
  return median(times);
}

/** In ms. Every webhook must be taken. */
async function p99(url: string, seconds: number): Promise<number> {
  const requests = Array.from({ length: PER_SECOND * seconds }, () => conversationRequest(LOADED_WEBSITE, ++number));
  const next = (): Buffer => requests.pop()!;
  const result = await openLoop(url, { perSecond: PER_SECOND, seconds, connections: 50, next });
  if (result.failed > 0) throw new Error(`${result.failed} webhooks were not taken`);
  return result.p99;
}

async function carrying(database: Database): Promise<number> {
  const [row] = await database.query<{ lanes: number }>(
    'SELECT count(*)::int AS lanes FROM lane WHERE lease_until > now()',
  );
  return row?.lanes ?? 0;
}

/** As PostgreSQL does by itself within a minute: until then it plans for empty tables. */
const countRows = (database: Database): Promise<object[]> => database.query('ANALYZE');

interface Round {
  calm: number;
  saturated: number;
}

async function measure({ roles, DATABASE_CONNECTIONS }: (typeof SHAPES)[number]): Promise<Round> {
  const place = await makeBenchDatabase();
  const running: BenchProcess[] = [];
  const start = async (program: string, changes: NodeJS.ProcessEnv, given: string[] = []): Promise<BenchProcess> => {
    const environment = { ...TEST_ENVIRONMENT, ...place.environment, DATABASE_CONNECTIONS, ...changes };
    const one = await startBenchProcess(program, place.folder, environment, given);
    running.push(one);
    return one;
  };
  const database = await place.open();
  try {
    const ledgerFile = path.join(place.folder, 'remote.jsonl');
    const remote = await start('test/bench/remote-side.ts', {}, [ledgerFile, fromMs, toMs]);
    const [addresses] = await remote.log();
    const rest = String(addresses?.['rest']);
    const urls = { IADVIZE_REST_URL_HA: rest, IADVIZE_REST_URL_SD: rest };
    for (const ROLE of roles) await start('dist/main.js', { ...urls, ROLE });
    const [, taking] = running;
    for (let website = 1; website <= SLOW_WEBSITES; website += 1)
      await installShop(taking!, website, String(addresses?.['thulium']));
    await installShop(taking!, LOADED_WEBSITE);

    await p99(taking!.url, WARM_UP_SECONDS);
    await countRows(database);
    const calm = await usualP99(taking!.url);
    await fillBacklog(database, BACKLOG, SLOW_WEBSITES);
    await countRows(database);
    await eventually(
      () => carrying(database),
      (lanes) => lanes >= COURIERS,
    );
    await p99(taking!.url, SATURATED_WARM_UP_SECONDS);
    const saturated = await usualP99(taking!.url);
    // What was measured would not be what it says.
    await eventually(
      () => carrying(database),
      (lanes) => lanes >= COURIERS,
      1_000,
    );
    return { calm, saturated };
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await database.close();
    await place.remove();
  }
}

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
const ms = (times: readonly number[]): string =>
  `${median(times).toFixed(1)} ms (${times.map((time) => time.toFixed(1)).join(', ')})`;

async function main(): Promise<void> {
  if (process.env['DATABASE_URL'] === undefined) throw new Error('Web and worker need PostgreSQL: set DATABASE_URL.');
  print(`PostgreSQL, Node ${process.version}, load ${os.loadavg()[0]?.toFixed(1)}, ${PER_SECOND} webhooks/s`);
  const rounds = SHAPES.map((): Round[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, shape] of SHAPES.entries()) rounds[index]?.push(await measure(shape));
  }
  for (const [index, { shape }] of SHAPES.entries()) {
    const calm = rounds[index]!.map((round) => round.calm);
    const saturated = rounds[index]!.map((round) => round.saturated);
    const ratio = median(saturated) / median(calm);
    const verdict = `${ratio.toFixed(2)} of it, limit ${LIMIT}`;
    print(`${shape}: p99 ${ms(calm)} when calm, ${ms(saturated)} while ${COURIERS} couriers hang: ${verdict}`);
    if (ratio > LIMIT) process.exitCode = 1;
  }
}

await main();
