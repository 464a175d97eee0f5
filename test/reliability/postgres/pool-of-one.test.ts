import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { SHAPES } from '../../support/running-service.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
const CONVERSATIONS = 15;

let world: ProcessWorld;
afterEach(() => world.stop());

/** What it has open right now. */
function connections(): Promise<number> {
  const databaseUrl = world.storage['DATABASE_URL'] ?? '';
  return withClient(databaseUrl, async (client) => {
    const statement = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    return (await client.query(statement)).rowCount ?? 0;
  });
}

test.each(SHAPES)(
  'With $shape and one connection to PostgreSQL for each process, everything takes its turn, and nothing is lost, doubled or stuck',
  async ({ roles }) => {
    world = await startProcessWorld({ DATABASE_CONNECTIONS: '1' });
    const service = await world.startAs(roles);
    await world.install(service, 1, ['thulium', 'xm']);
    const sender = world.sender(service);
    const ids = Array.from({ length: CONVERSATIONS }, (_, index) => index + 1);
    const talking = ids.map(async (conversationId, index) => {
      await pause(index * 30);
      return converse(world, sender, { websiteId: 1, conversationId, texts: TEXTS });
    });
    const most: number[] = [];
    const seen = (id: number): string[][][] => [world.stage.seenInThulium(id), world.stage.seenInXm(id)];
    const isOver = (id: number): boolean => seen(id).every((chats) => chats.at(-1)?.at(-1) === '(end)');
    await eventually(
      async () => {
        most.push(await connections());
        // An operator who looks while everybody is busy.
        expect((await service.admin('GET', '/deliveries')).status).toBe(200);
        return ids.filter((id) => !isOver(id));
      },
      (open) => open.length === 0,
    );
    expect(new Set(await Promise.all(talking))).toEqual(new Set([true]));
    for (const id of ids) expect(seen(id)).toEqual([WHOLE, WHOLE]);
    // Whoever works has a second one, which listens for notices.
    expect(Math.max(...most)).toBeLessThanOrEqual(roles.length + service.workers.length);
  },
);
