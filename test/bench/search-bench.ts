import os from 'node:os';
import { signQuery } from '../simulators/iadvize-signature.ts';
import { eventually } from '../support/eventually.ts';
import { putLiveCatalogue } from '../support/live-catalogue.ts';
import { SECRET, TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { type BenchDatabase, makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';
import { generateCatalogue, searchTerm } from './generated-catalogue.ts';
import { closedLoop, requestBytes } from './http-load.ts';

const SMALL_INSTALLATIONS = 49;
const SMALL_SIZE = 400;
const LARGE_SIZE = 100_000;
const LARGE = 1000;
const CONNECTIONS = 50;
const SECONDS = 10;
const WARM_UP_SECONDS = 4;
/** Signed ahead: making signatures during the run would slow the caller, not the service. */
const REQUESTS = 100_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const ms = (value: number): string => `${value.toFixed(1)} ms`;

interface SignedCall {
  path: string;
  headers: Record<string, string>;
}

function call(website: number, search: string | undefined, number: number): SignedCall {
  const what = search === undefined ? 'limit=20' : `limit=20&searchQuery=${encodeURIComponent(search)}`;
  const query = `idConnectorVersion=1&idWebsite=ha-${website}&idOperator=${number % 500}&${what}&offset=0`;
  return { path: `/iadvize/products?${query}`, headers: { 'x-iadvize-signature': signQuery(SECRET, query) } };
}

/** Milliseconds until the whole answer is there. */
async function timed(service: BenchProcess, { path, headers }: SignedCall): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(service.url + path, { headers });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status}: ${body}`);
  return performance.now() - startedAt;
}

async function load(server: BenchProcess, seconds: number, requests: readonly Buffer[]) {
  let sent = 0;
  const before = await server.cpuSeconds();
  const next = (): Buffer => requests[sent++ % requests.length]!;
  const result = await closedLoop(server.url, { connections: CONNECTIONS, seconds, next });
  const cpuMicroseconds = (((await server.cpuSeconds()) - before) * 1e6) / result.requests;
  return { ...result, cpuMicroseconds };
}

/** Terms that come one after the other, none of them twice in `REQUESTS`. */
const searches = (from: number): Buffer[] =>
  Array.from({ length: REQUESTS }, (_, index) => {
    const { path, headers } = call(LARGE, searchTerm(from + index), from + index);
    return requestBytes('GET', path, headers);
  });

async function fill(place: BenchDatabase): Promise<void> {
  const database = await place.open();
  try {
    const websites = [...Array.from({ length: SMALL_INSTALLATIONS }, (_, index) => index + 1), LARGE];
    for (const website of websites) {
      const id = `ha-${website}`;
      await database.query(
        `INSERT INTO installation (id, platform, website_id, label, settings, secrets)
         VALUES ($1, 'ha', $2, $1, '{"locale":"fr-FR","currency":"EUR","destinations":[]}', '')`,
        [id, website],
      );
      const { products, categories } = generateCatalogue(website === LARGE ? LARGE_SIZE : SMALL_SIZE, website);
      await putLiveCatalogue(database, id, products, categories);
    }
  } finally {
    await database.close();
  }
}

async function builtIndexes(service: BenchProcess) {
  const log = await eventually(service.log, (lines) => lines.filter(isBuilt).length > SMALL_INSTALLATIONS, 60_000);
  return log.filter(isBuilt);
}

async function measureCold(start: () => Promise<BenchProcess>): Promise<void> {
  const fresh = await start();
  const unbuilt = await timed(fresh, call(LARGE, searchTerm(-1), 1));
  const built = await builtIndexes(fresh);
  const large = built.find((line) => line['installationId'] === `ha-${LARGE}`);
  const bytes = built.reduce((sum, line) => sum + Number(line['bytes']), 0);
  print(
    `index of ${LARGE_SIZE} products: ${(Number(large?.['bytes']) / 1e6).toFixed(0)} MB; all ${built.length}: ${(bytes / 1e6).toFixed(0)} MB`,
  );
  print(`first search of ${LARGE_SIZE} products after a restart, no copy of the index on disk: ${ms(unbuilt)}`);
  await eventually(
    () => fresh.filesBelow('indexes'),
    (names) => names.filter((name) => name.endsWith('.index')).length > SMALL_INSTALLATIONS,
  );
  await fresh.stop();

  const restarted = await start();
  print(`the same with its copy: ${ms(await timed(restarted, call(LARGE, searchTerm(-1), 1)))}`);
  await restarted.stop();

  const cold = await start();
  const browse = await timed(cold, call(LARGE, undefined, 1));
  const small: number[] = [];
  for (let website = 1; website <= SMALL_INSTALLATIONS; website += 1) {
    small.push(await timed(cold, call(website, searchTerm(-website), 1)));
  }
  print(`first page without a search, ${LARGE_SIZE} products, cold: ${ms(browse)}`);
  print(
    `first search in ${SMALL_INSTALLATIONS} cold installations of ${SMALL_SIZE}, the large one loading: slowest ${ms(Math.max(...small))}`,
  );
  await cold.stop();
}

async function measureInUse(service: BenchProcess): Promise<Awaited<ReturnType<typeof load>>> {
  await builtIndexes(service);
  await load(service, WARM_UP_SECONDS, searches(1_000_000));
  const result = await load(service, SECONDS, searches(0));
  print(`service memory under load: ${(await service.residentMegabytes()).toFixed(0)} MB`);
  return result;
}

const isBuilt = (line: Record<string, unknown>): boolean => line['event'] === 'catalogue-index-built';

/** Search as 50 agents use it at once, on the installation of 100,000 products, beside Express answering a constant. */
async function main(): Promise<void> {
  const place = await makeBenchDatabase();
  try {
    const database = place.environment['DATABASE_URL'] === undefined ? 'embedded database' : 'PostgreSQL';
    print(
      `${database}, Node ${process.version}, ${os.availableParallelism()} cores, load ${os.loadavg()[0]?.toFixed(1)}`,
    );
    await fill(place);
    const environment = { ...TEST_ENVIRONMENT, ...place.environment };
    const start = () => startBenchProcess('dist/main.js', place.folder, environment);
    await measureCold(start);
    const service = await start();
    const search = await measureInUse(service);
    await service.stop();

    const fixed = await startBenchProcess('test/bench/static-express.ts', place.folder, {});
    const fixedRequests = [requestBytes('GET', '/fixed', {})];
    await load(fixed, WARM_UP_SECONDS, fixedRequests);
    const express = await load(fixed, SECONDS, fixedRequests);
    await fixed.stop();

    const describe = (result: typeof search): string =>
      `${result.perSecond.toFixed(0)} req/s, p50 ${ms(result.p50)}, p99 ${ms(result.p99)}, ` +
      `${result.cpuMicroseconds.toFixed(0)} µs of processor time each, failed ${result.failed}`;
    print(`search:         ${describe(search)}`);
    print(`static Express: ${describe(express)}`);
    print(`ratio: ${(search.perSecond / express.perSecond).toFixed(2)}; load now ${os.loadavg()[0]?.toFixed(1)}`);
  } finally {
    await place.remove();
  }
}

await main();
