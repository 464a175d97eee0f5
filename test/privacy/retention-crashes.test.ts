import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { openDatabase } from '../../src/persistence/open-database.ts';
import { eventually } from '../support/eventually.ts';
import { type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { isGone, makeOlder, tablesWith } from './retention-world.ts';

/** K14 of the crash matrix: the process dies in or between the batches of a sweep, again and again on one backlog. */
const CRASHES = [
  { at: 'K14', when: 'the first batch of events is not committed', emptied: 0, removed: 0 },
  { at: 'K14#2', when: 'a batch of events is committed', emptied: 500, removed: 0 },
  { at: 'K14#3', when: 'the batch after another one is not committed', emptied: 1_000, removed: 0 },
  { at: 'K14#3', when: 'the first batch of conversations is not committed', emptied: 1_202, removed: 0 },
  { at: 'K14#2', when: 'a batch of conversations is committed', emptied: 1_202, removed: 50 },
];

const SITE = 1;
const TALKED = 41;
const TALKED_ID = `ha-${SITE}:${TALKED}`;
/** Beside the two events of a real conversation. */
const MORE_EVENTS = 1_200;
const MORE_CONVERSATIONS = 120;

const ADD_EVENTS = `
INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, received_at)
SELECT 'id:' || n, n, 'webhook', 'accepted', 'purple umbrella', 'ha-${SITE}', now() - interval '91 days'
  FROM generate_series(1, ${MORE_EVENTS}) AS n`;
const ADD_CONVERSATIONS = `
INSERT INTO conversation (id, installation_id, created_at)
SELECT 'ha-${SITE}:x' || n, 'ha-${SITE}', now() - interval '91 days' FROM generate_series(1, ${MORE_CONVERSATIONS}) AS n`;

const COUNT = `
SELECT (SELECT count(*) FROM event WHERE erased_at IS NOT NULL)::int AS emptied,
       (SELECT count(*) FROM event WHERE erased_at IS NULL AND body <> '')::int AS kept,
       (SELECT $1::int - count(*) FROM conversation)::int AS removed,
       (SELECT count(*) FROM lane WHERE NOT EXISTS (SELECT FROM conversation WHERE id = conversation_id))::int AS strays`;

let world: ProcessWorld;
let told: { started: object; closed: object };

beforeAll(async () => {
  world = await startProcessWorld();
  told = world.stage.conversation(SITE, TALKED, ['purple umbrella']);
  const service = await world.start();
  await world.install(service, SITE, ['thulium']);
  await tell(service);
  await eventually(
    () => deliveriesOf(service),
    (all) => all.includes('end delivered') && all.every((one) => one.endsWith(' delivered')),
  );
  await service.end('SIGTERM');
  await inDatabase(async (database) => {
    await makeOlder(database, 91, [TALKED_ID]);
    await database.query(ADD_EVENTS);
    await database.query(ADD_CONVERSATIONS);
  });
});
afterAll(() => world.stop());

async function tell(service: ServiceProcess): Promise<void> {
  const sender = world.sender(service);
  for (const event of [told.started, told.closed]) expect((await sender.send(event)).accepted).toBe(true);
}

/** While no process of the service is there. */
async function inDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const { DATABASE_URL, DATA_DIR = '' } = world.storage;
  const database = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: DATA_DIR });
  return work(database).finally(() => database.close());
}

/** Of a service in a process of its own. */
const asked = (service: ServiceProcess) => ({
  async admin<Body>(method: string, path: string) {
    const answer = await service.admin(method, path);
    return { status: answer.status, body: (await answer.json()) as Body };
  },
});

async function deliveriesOf(service: ServiceProcess): Promise<string[]> {
  const path = `/deliveries?limit=200&conversation=${encodeURIComponent(TALKED_ID)}`;
  const { body } = await asked(service).admin<{ items: { status: string; kind: string }[] }>('GET', path);
  return body.items.map(({ status, kind }) => `${kind} ${status}`);
}

test.each(CRASHES)('$at: $when', async ({ at, emptied, removed }) => {
  const service = await world.start({ NODE_ENV: 'test', CRASH_AT: at });
  const heard = once(service.child.stderr!, 'data');
  service.child.kill('SIGUSR2');
  await heard;
  if (!service.hasEnded()) await once(service.child, 'exit');
  expect(service.child.signalCode).toBe('SIGKILL');
  const found = await inDatabase((database) => database.query(COUNT, [MORE_CONVERSATIONS + 1]));
  expect(found).toEqual([{ emptied, kept: MORE_EVENTS + 2 - emptied, removed, strays: 0 }]);
});

test('After all of them: the next start finishes, and what is sent again is a duplicate', async () => {
  const service = await world.start();
  const effects = world.stage.thulium.ledger.entries().length;
  // The last one in the order of sweeps.
  await isGone({ service: asked(service) }, `ha-${SITE}:x99`);
  await tell(service);
  expect(await deliveriesOf(service)).toEqual([]);
  await service.end('SIGTERM');
  await inDatabase(async (database) => {
    expect(await database.query(COUNT, [MORE_CONVERSATIONS + 1])).toEqual([
      { emptied: MORE_EVENTS + 2, kept: 0, removed: MORE_CONVERSATIONS + 1, strays: 0 },
    ]);
    expect(await tablesWith(database, ['purple umbrella', TALKED_ID])).toEqual([]);
  });
  expect(world.stage.thulium.ledger.entries()).toHaveLength(effects);
});
