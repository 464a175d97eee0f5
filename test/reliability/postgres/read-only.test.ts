import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { SHAPES } from '../../support/running-service.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];

let world: ProcessWorld;
afterEach(() => world.stop());

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

test.each(SHAPES)(
  'With $shape, when the database takes no writes, then events get 503 and the probes say so, and all goes on by itself afterwards',
  async ({ roles }) => {
    world = await startProcessWorld();
    const service = await world.startAs(roles);
    await world.install(service, 1, ['thulium']);
    const ready = (): Promise<number[]> => service.probe('/ready');
    await takesWrites(false);
    const conversation = { websiteId: 1, conversationId: 1, texts: TEXTS };
    const once = world.sender(service, { retryDelaysMs: [] });
    const { started } = world.stage.conversation(1, 1, TEXTS);
    const { attempts } = await once.send(started);
    expect(attempts).toMatchObject([{ status: 503 }]);
    expect(await ready()).toEqual([503]);
    const why: unknown = await (await fetch(`${service.url}/ready`)).json();
    expect(why).toEqual({ status: 'not ready', reason: 'the database takes no writes' });
    expect(await service.probe('/health')).toEqual([200]);

    const talking = converse(world, world.sender(service), conversation);
    await takesWrites(true);
    await eventually(ready, (answers) => answers.join() === '200', 20_000);
    expect(await talking).toBe(true);
    const seen = (): string[][] => world.stage.seenInThulium(1);
    await eventually(seen, (chats) => chats.at(-1)?.at(-1) === '(end)', 30_000);
    expect(seen()).toEqual(WHOLE);
  },
);
