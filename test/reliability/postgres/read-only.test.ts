import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];

let world: ProcessWorld;
let service: ServiceProcess;

beforeAll(async () => {
  world = await startProcessWorld();
  service = await world.start();
  await world.install(service, 1, ['thulium']);
});
afterAll(() => world.stop());

/** What a fail-over to a standby looks like from here: the sessions end, and the next ones can only read. */
async function takesWrites(does: boolean): Promise<void> {
  const databaseUrl = world.storage['DATABASE_URL'] ?? '';
  const name = new URL(databaseUrl).pathname.slice(1);
  await withClient(process.env['DATABASE_URL'] ?? '', async (client) => {
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${does ? 'off' : 'on'}`);
    // Back again, the sessions stay as they are: the service has to get rid of them by itself.
    if (does) return;
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
  });
}

test('When the database takes no writes, then events get 503 and the probe says so, and all goes on by itself afterwards', async () => {
  const ready = async (): Promise<unknown> => (await fetch(`${service.url}/ready`)).json();
  const isReady = (answer: unknown): boolean => (answer as { status: string }).status === 'ready';
  await takesWrites(false);
  const conversation = { websiteId: 1, conversationId: 1, texts: TEXTS };
  const once = world.sender(service, { retryDelaysMs: [] });
  const { started } = world.stage.conversation(1, 1, TEXTS);
  const { attempts } = await once.send(started);
  expect(attempts).toMatchObject([{ status: 503 }]);
  expect(await ready()).toEqual({ status: 'not ready', reason: 'the database takes no writes' });
  expect((await fetch(`${service.url}/health`)).status).toBe(200);

  const talking = converse(world, world.sender(service), conversation);
  await takesWrites(true);
  await eventually(ready, isReady, 20_000);
  expect(await talking).toBe(true);
  const seen = (): string[][] => world.stage.seenInThulium(1);
  await eventually(seen, (chats) => chats.at(-1)?.at(-1) === '(end)', 30_000);
  expect(seen()).toEqual(WHOLE);
});
