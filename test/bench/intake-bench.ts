import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { SECRET, TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { type BenchDatabase, makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';
import { movePostgres, OTHER_CORES, pin, SERVER_CORE } from './cores.ts';
import { closedLoop, type LoadResult, openLoop, requestBytes } from './http-load.ts';

const CONNECTIONS = 50;
const WARM_UP_SECONDS = 3;
const SECONDS = 8;
const ROUNDS = 2;
const OPEN_LOOP_PER_SECOND = 500;
const OPEN_LOOP_ROUNDS = 3;
const WEBSITE = 77;
const TWIN = 'test/bench/intake-twin.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Some 500 bytes each, every one an event nobody sent before. */
function webhooks(count: number, from: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const visitorId = number.toString(16).padStart(45, 'a');
    const body = JSON.stringify(
      conversationStarted({ platform: 'ha', websiteId: WEBSITE, conversationId: number, visitorId }),
    );
    const headers = { 'Content-Type': 'application/json', 'X-iAdvize-Signature': signBody(SECRET, body) };
    return requestBytes('POST', '/iadvize/webhooks', headers, body);
  });
}

let made = 0;
function fresh(count: number): () => Buffer {
  const requests = webhooks(count, (made += count));
  let sent = 0;
  return () => {
    const next = requests[sent++];
    if (!next) throw new Error('more requests than were made ahead');
    return next;
  };
}

async function measure(server: BenchProcess): Promise<LoadResult> {
  pin(server.pid, SERVER_CORE);
  await closedLoop(server.url, { connections: CONNECTIONS, seconds: WARM_UP_SECONDS, next: fresh(90_000) });
  return closedLoop(server.url, { connections: CONNECTIONS, seconds: SECONDS, next: fresh(240_000) });
}

async function startRedis(folder: string): Promise<{ port: number; stop(): Promise<void> } | undefined> {
  const port = 7_300 + (process.pid % 500);
  const settings = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder];
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...settings], {
    stdio: 'ignore',
  });
  const failed = await Promise.race([once(child, 'error').then(() => true), once(child, 'spawn').then(() => false)]);
  if (failed) return undefined;
  return {
    port,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Milliseconds for one small commit, the median of many one after the other. */
async function commitMs(place: BenchDatabase): Promise<number> {
  const database = await place.open();
  await database.query('CREATE TABLE bench_commit (id int)');
  const times: number[] = [];
  for (let at = 0; at < 200; at += 1) {
    const startedAt = performance.now();
    await database.query('INSERT INTO bench_commit VALUES ($1)', [at]);
    times.push(performance.now() - startedAt);
  }
  await database.close();
  return times.sort((a, b) => a - b)[100] ?? NaN;
}

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;

async function install(service: BenchProcess): Promise<void> {
  const response = await fetch(`${service.url}/admin/api/installations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_ENVIRONMENT['ADMIN_TOKEN']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ platform: 'ha', websiteId: WEBSITE, label: 'Bench' }),
  });
  if (response.status !== 201) throw new Error(`installing failed: ${await response.text()}`);
}

async function main(): Promise<void> {
  const place = await makeBenchDatabase();
  const redisFolder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-redis-'));
  const embedded = place.environment['DATABASE_URL'] === undefined;
  const redis = embedded ? undefined : await startRedis(redisFolder);
  const database = await place.open();
  const movePostgresBack = await movePostgres(database);
  await database.close();
  try {
    pin(process.pid, OTHER_CORES);
    print(
      `${embedded ? 'embedded database' : 'PostgreSQL'}, Node ${process.version}, load ${os.loadavg()[0]?.toFixed(1)}`,
    );
    if (!embedded) print(`peers: bullmq ${versionOf('bullmq')}, pg-boss ${versionOf('pg-boss')}`);
    const environment = { ...TEST_ENVIRONMENT, ...place.environment };
    const ours = (role: string) => () =>
      startBenchProcess('dist/main.js', place.folder, { ...environment, ROLE: role });
    const twin =
      (...kind: string[]) =>
      () =>
        startBenchProcess(TWIN, place.folder, { ...environment, REDIS_PORT: String(redis?.port) }, kind);
    const contenders: Record<string, () => Promise<BenchProcess>> = {
      storeless: twin('storeless'),
      // One process cannot hand the embedded database to a worker of its own.
      ours: ours(embedded ? 'all' : 'web'),
      'storeless behind plain Express': twin('storeless', 'plain'),
      ...(redis && { 'bullmq, fsync always': twin('bullmq'), 'bullmq behind plain Express': twin('bullmq', 'plain') }),
      ...(!embedded && {
        'pg-boss send': twin('pg-boss'),
        'pg-boss behind plain Express': twin('pg-boss', 'plain'),
      }),
    };
    const first = await contenders['ours']!();
    await install(first);
    await first.stop();

    const best = new Map<string, LoadResult>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, start] of Object.entries(contenders)) {
        const server = await start();
        const result = await measure(server);
        await server.stop();
        if (result.perSecond > (best.get(name)?.perSecond ?? 0)) best.set(name, result);
      }
    }
    const own = best.get('ours')!;
    for (const [name, { perSecond, p50, p99, failed }] of best) {
      const ratio = name === 'ours' ? '' : `, ours is ${(own.perSecond / perSecond).toFixed(2)} of it`;
      print(
        `${name}: ${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, failed ${failed}${ratio}`,
      );
    }
    await measureOpenLoop(contenders);
    if (!embedded) print(`one commit: ${(await commitMs(place)).toFixed(2)} ms`);
  } finally {
    movePostgresBack();
    await redis?.stop();
    await place.remove();
    await fs.rm(redisFolder, { recursive: true, force: true });
  }
}

/** In turn and several times: one checkpoint of the database is a tenth of all answers of one short run. */
async function measureOpenLoop(contenders: Record<string, () => Promise<BenchProcess>>): Promise<void> {
  const rounds: Record<string, LoadResult[]> = { storeless: [], ours: [] };
  for (let round = 0; round < OPEN_LOOP_ROUNDS; round += 1) {
    for (const [name, results] of Object.entries(rounds)) {
      const server = await contenders[name]!();
      pin(server.pid, SERVER_CORE);
      const load = (seconds: number) => {
        const next = fresh(OPEN_LOOP_PER_SECOND * seconds);
        return openLoop(server.url, { perSecond: OPEN_LOOP_PER_SECOND, seconds, connections: CONNECTIONS, next });
      };
      await load(WARM_UP_SECONDS);
      results.push(await load(SECONDS));
      await server.stop();
    }
  }
  for (const [name, results] of Object.entries(rounds)) {
    const inOrder = (pick: (result: LoadResult) => number): number[] => results.map(pick).sort((a, b) => a - b);
    const list = (times: number[]): string => times.map((ms) => ms.toFixed(2)).join(', ');
    const failed = results.reduce((sum, result) => sum + result.failed, 0);
    print(
      `${name}, open loop at ${OPEN_LOOP_PER_SECOND}/s, ${results.length} rounds: ` +
        `p50 ${list(inOrder(({ p50 }) => p50))} ms, p99 ${list(inOrder(({ p99 }) => p99))} ms, failed ${failed}`,
    );
  }
}

await main();
