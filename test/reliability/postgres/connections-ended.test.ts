import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { withAdminClient } from '../../support/postgres-admin.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { SHAPES } from '../../support/running-service.ts';

const CONVERSATIONS = 40;
const ROUNDS = 25;
const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];

let world: ProcessWorld;
afterEach(() => world.stop());

/** Ends every connection of ours, as an administrator or a failing-over server does. Returns how many. */
async function endConnections(): Promise<number> {
  const name = new URL(world.storage['DATABASE_URL'] ?? '').pathname.slice(1);
  const { rows } = await withAdminClient(process.env['DATABASE_URL'] ?? '', (client) =>
    client.query<{ ended: boolean }>(
      `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE datname = $1`,
      [name],
    ),
  );
  return rows.length;
}

test.each(SHAPES)(
  'With $shape, every connection ended again and again under load: nothing is lost, doubled or left in doubt',
  async ({ roles }) => {
    world = await startProcessWorld();
    const service = await world.startAs(roles);
    await world.install(service, 1, ['thulium']);
    const sender = world.sender(service);
    const ids = Array.from({ length: CONVERSATIONS }, (_, index) => index + 1);
    const talking = Promise.all(
      ids.map(async (conversationId) => {
        await pause(conversationId * 60);
        return converse(world, sender, { websiteId: 1, conversationId, texts: TEXTS });
      }),
    );
    let ended = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      ended += await endConnections();
      await pause(120);
    }
    expect(ended).toBeGreaterThan(ROUNDS / 2);
    expect(new Set(await talking)).toEqual(new Set([true]));

    const isOver = (id: number): boolean => world.stage.seenInThulium(id).at(-1)?.at(-1) === '(end)';
    await eventually(
      () => ids.filter((id) => !isOver(id)),
      (open) => open.length === 0,
    );
    for (const id of ids) expect(world.stage.seenInThulium(id)).toEqual(WHOLE);
    const inStatus = async (status: string): Promise<object[]> =>
      ((await (await service.admin('GET', `/deliveries?status=${status}`)).json()) as { items: object[] }).items;
    // An end whose outcome could not be written is sent again once its lease is over.
    for (const status of ['sending', 'pending'])
      await eventually(
        () => inStatus(status),
        ({ length }) => length === 0,
      );
    for (const status of ['uncertain', 'parked'])
      expect({ status, items: await inStatus(status) }).toEqual({ status, items: [] });
    expect(service.hasEnded()).toBe(false);
    expect(await service.probe('/ready')).toEqual([200]);
  },
);
