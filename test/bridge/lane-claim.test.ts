import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Lease } from '../../src/bridge/delivery.ts';
import { CLAIM } from '../../src/bridge/lane-claim.ts';
import { createLaneStore, type LaneStore } from '../../src/bridge/lane-store.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

const PLACES = 32;
const AT_ONCE = 8;
const LEASE_MS = 60_000;

let database: Database;
let lanes: LaneStore;
beforeEach(async () => {
  database = await openTestDatabase();
  lanes = createLaneStore(database);
});
afterEach(() => database.close());

/** Lanes of installations "ha-<from>" to "ha-<to>" that wait since then, so many in each. */
const FILL = `
INSERT INTO lane (id, installation_id, conversation_id, destination_id, pending, next_at)
SELECT 'ha-' || website || ':' || $4 || n || '/chat', 'ha-' || website, 'ha-' || website || ':' || $4 || n, 'chat', 1,
       now() - $5::int * interval '1 second'
  FROM generate_series($1::int, $2::int) AS website, generate_series(1, $3::int) AS n`;

let filled = 0;
const fill = (from: number, to: number, each: number, sinceSeconds: number): Promise<unknown> =>
  database.query(FILL, [from, to, each, `${(filled += 1)}-`, sinceSeconds]);

/** A worker that carries as long as it is told to: what is in flight is decided by the test. */
function startWorker(name = 'one', places = PLACES) {
  let held: Lease[] = [];
  let lastTurn: string | undefined;
  const inFlight = (): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { installationId } of held)
      counts.set(`${installationId}/chat`, (counts.get(`${installationId}/chat`) ?? 0) + 1);
    return counts;
  };
  return {
    inFlight,
    async claim(): Promise<string[]> {
      const free = places - held.length;
      if (free === 0) return [];
      const shared = { free, inFlight: inFlight(), lastTurn };
      const leases = await lanes.claim(name, Math.min(free, AT_ONCE), LEASE_MS, shared);
      held.push(...leases);
      for (const { installationId } of leases) lastTurn = `${installationId}/chat`;
      return leases.map(({ installationId }) => installationId);
    },
    async claimAll(): Promise<void> {
      while ((await this.claim()).length > 0);
    },
    /** The one it holds longest is carried, and its lane has more to carry. */
    async finishOldest(): Promise<void> {
      const [oldest, ...others] = held;
      if (oldest) await lanes.release(oldest);
      held = others;
    },
  };
}

test.each([
  [1, 16],
  [2, 10],
  [3, 8],
  [6, 4],
  [10, 2],
  [31, 1],
])(
  '%i destinations with a backlog end at a share each, and a place stays free for who comes next',
  async (k, share) => {
    await fill(1, k, 50, 60);
    const worker = startWorker();
    for (let round = 0; round < 150; round += 1) {
      await worker.claimAll();
      await worker.finishOldest();
    }
    await worker.claimAll();
    const shares = [...worker.inFlight().values()];
    expect(shares).toHaveLength(k);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(share);
    expect(Math.max(...shares)).toBeLessThanOrEqual(share + 1);
    await fill(100, 100, 1, 0);
    expect(await worker.claim()).toContain('ha-100');
  },
);

test('Where more destinations have a backlog than there are places, each has its turn, and a newcomer within a round', async () => {
  const installations = 40;
  await fill(1, installations, 5, 60);
  const worker = startWorker('one', 4);
  const turns: string[] = [];
  const turn = async (): Promise<void> => {
    await worker.finishOldest();
    turns.push(...(await worker.claim()));
  };
  while (turns.length < installations) await turn();
  expect(new Set(turns).size).toBe(installations);
  await fill(100, 100, 1, 0);
  turns.length = 0;
  while (turns.length < installations + 1) await turn();
  expect(turns).toContain('ha-100');
  expect(new Set(turns).size).toBe(installations + 1);
});

test('Behind hundreds of another destination, also of one that may not be called, a lane is found', async () => {
  await fill(1, 2, 500, 60);
  await database.query(
    `INSERT INTO destination_health (scope, installation_id, destination_id, type, next_trial_at)
     VALUES ('ha-1/chat', 'ha-1', 'chat', 'any', now() + interval '1 hour')`,
  );
  await fill(3, 3, 1, 0);
  const claimed = await startWorker().claim();
  expect(claimed).toContain('ha-3');
  expect(claimed).not.toContain('ha-1');
});

test('Workers that look at the same moment find different lanes, and none of them nothing', async () => {
  await fill(1, 100, 1, 60);
  const workers = Array.from({ length: 4 }, (_, index) => startWorker(`worker-${index}`));
  const claimed = await Promise.all(workers.map((worker) => worker.claim()));
  expect(new Set(claimed.flat()).size).toBe(claimed.flat().length);
  for (const own of claimed) expect(own.length).toBeGreaterThan(0);
});

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

test('A claim reads little, whatever waits and however much was finished', async () => {
  await database.query(
    `INSERT INTO lane (id, installation_id, conversation_id, destination_id)
     SELECT 'old-' || n, 'ha-' || n % 20, 'old-' || n, 'chat' FROM generate_series(1, 20000) AS n`,
  );
  await database.query('ANALYZE lane');
  await fill(1, 1, 10_000, 60);
  await fill(2, 2, 1, 0);
  const values = ['one', AT_ONCE, LEASE_MS, ['ha-1/chat'], [3], PLACES - 3, ''];
  const rows = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${CLAIM}`,
    values,
  );
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(2_000);
});
