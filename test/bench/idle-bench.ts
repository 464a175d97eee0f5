import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { startBenchProcess } from './bench-process.ts';

const SECONDS = Number(process.argv[2] ?? 60);
/** PostgreSQL counts for a session when it has been idle for this long at the latest. */
const STATISTICS_SECONDS = 12;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Everything but what this program asks itself, which is one transaction each time. */
async function readCounters(client: pg.Client): Promise<{ transactions: number; rows: number; at: number }> {
  const { rows } = await client.query<{ commits: string; read: string }>(
    `SELECT xact_commit + xact_rollback AS commits, tup_fetched + tup_returned AS read
       FROM pg_stat_database WHERE datname = current_database()`,
  );
  return { transactions: Number(rows[0]?.commits), rows: Number(rows[0]?.read), at: performance.now() };
}

/** What one web process and one worker ask of PostgreSQL when nothing happens at all. */
async function main(): Promise<void> {
  const place = await makeBenchDatabase();
  const databaseUrl = place.environment['DATABASE_URL'];
  if (databaseUrl === undefined) throw new Error('Set DATABASE_URL: the embedded database keeps no such statistics.');
  const environment = { ...TEST_ENVIRONMENT, ...place.environment, RECONCILE_MINUTES: '5', LOG_LEVEL: 'info' };
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    for (const roles of [['web'], ['web', 'worker']]) {
      const services = [];
      for (const role of roles) {
        services.push(await startBenchProcess('dist/main.js', place.folder, { ...environment, ROLE: role }));
      }
      await sleep(STATISTICS_SECONDS * 1_000);
      const before = await readCounters(client);
      const cpuBefore = await Promise.all(services.map((service) => service.cpuSeconds()));
      await sleep(SECONDS * 1_000);
      const after = await readCounters(client);
      const minutes = (after.at - before.at) / 60_000;
      const perMinute = (after.transactions - before.transactions - 1) / minutes;
      const cpu = await Promise.all(services.map(async (service, at) => (await service.cpuSeconds()) - cpuBefore[at]!));
      print(
        `${roles.join(' + ')}: ${perMinute.toFixed(0)} transactions a minute (polls; PostgreSQL's own workers included), ` +
          `processor ${cpu.map((seconds) => `${(seconds / minutes).toFixed(2)} s`).join(' + ')} a minute`,
      );
      for (const service of services) await service.stop();
    }
  } finally {
    await client.end();
    await place.remove();
  }
}

await main();
