import { parseArgs } from 'node:util';
import { CLAIM } from '../../src/bridge/lane-claim.ts';
import { enqueue } from '../../src/bridge/enqueue.ts';
import { createLaneStore } from '../../src/bridge/lane-store.ts';
import { createSettlementStore } from '../../src/bridge/settlement-store.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openDatabase } from '../../src/persistence/open-database.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { describeTimes } from './describe-times.ts';
import { fillFinished, INSTALLATIONS } from './finished-rows.ts';

/**
 * How long a claim takes beside millions of finished rows:
 *   npm run bench -- claim [--finished 10000000] [--claims 3000] [--keep] [--use postgresql://…]
 * `--keep` leaves the filled database and prints its address, for `--use`.
 */
const { values } = parseArgs({
  options: {
    finished: { type: 'string', default: '10000000' },
    claims: { type: 'string', default: '3000' },
    keep: { type: 'boolean', default: false },
    use: { type: 'string' },
  },
  args: process.argv.slice(2),
});
const CLAIMS = Number(values.claims);
/** Lanes that fall due between two claims, and lanes of one claim: the courier's own number. */
const DUE_EACH = 4;
const CLAIMED_AT_ONCE = 8;
const LEASE_MS = 6_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function timed<Result>(times: number[], work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  times.push(performance.now() - startedAt);
  return result;
}

async function fall(database: Database, number: number): Promise<void> {
  const installationId = `ha-${(number % INSTALLATIONS) + 1}`;
  const lane = {
    installationId,
    conversationId: `${installationId}:new-${process.pid}-${number}`,
    destinationId: 'chat',
  };
  const payload = { author: 'visitor' as const, text: 'hello' };
  await database.transaction((sql) => enqueue(sql, lane, [{ key: 'm', kind: 'message', payload }], null));
}

/** The plan with its real times, undone afterwards. */
async function explain(database: Database): Promise<string[]> {
  const undo = new Error('the plan is all that is wanted');
  let plan: string[] = [];
  await database
    .transaction(async (sql) => {
      const given = ['bench', CLAIMED_AT_ONCE, LEASE_MS, [], [], 32, ''];
      const rows = await sql.query<Record<string, string>>(`EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${CLAIM}`, given);
      plan = rows.map((row) => row['QUERY PLAN'] ?? '');
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return plan;
}

async function measure(database: Database): Promise<void> {
  const lanes = createLaneStore(database);
  const settlements = createSettlementStore(database);
  const [claims, heads, settled, empty]: number[][] = [[], [], [], []];
  let made = 0;
  for (let round = 0; round < CLAIMS; round += 1) {
    for (let due = 0; due < DUE_EACH; due += 1) await fall(database, (made += 1));
    const leases = await timed(claims!, () => lanes.claim('bench', CLAIMED_AT_ONCE, LEASE_MS));
    for (const lease of leases) {
      const head = await timed(heads!, () => lanes.head(lease));
      if (!head) throw new Error('a lane was due without a delivery');
      await timed(settled!, () =>
        settlements.settle({ lease, delivery: head.delivery, settlement: { to: 'delivered' } }),
      );
    }
  }
  for (let round = 0; round < CLAIMS; round += 1) {
    await timed(empty!, () => lanes.claim('bench', CLAIMED_AT_ONCE, LEASE_MS));
  }
  print(`claim of ${DUE_EACH} due lanes: ${describeTimes(claims!)}`);
  print(`claim when nothing is due, in ${INSTALLATIONS} destinations: ${describeTimes(empty!)}`);
  print(`head of a lane: ${describeTimes(heads!)}`);
  print(`outcome of a delivery: ${describeTimes(settled!)}`);
}

async function main(): Promise<void> {
  if (process.env['DATABASE_URL'] === undefined) throw new Error('Set DATABASE_URL: this is about PostgreSQL.');
  const place = values.use === undefined ? await makeBenchDatabase() : undefined;
  const databaseUrl = values.use ?? place?.environment['DATABASE_URL'];
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    if (place) await fillFinished(databaseUrl ?? '', Number(values.finished), print);
    await measure(database);
    for (let due = 0; due < CLAIMED_AT_ONCE; due += 1) await fall(database, 1e9 + due);
    print(`\n${(await explain(database)).join('\n')}`);
    if (values.keep) print(`\nkept: --use ${databaseUrl}`);
  } finally {
    await database.close();
    if (!values.keep) await place?.remove();
  }
}

await main();
