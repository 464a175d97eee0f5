import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type ListeningWorld, startListeningWorld, talk, toyDestination } from '../support/listening-world.ts';
import { isGone, makeOlder, QUICK_SWEEPS, sweepPasses } from './retention-world.ts';

let world: ListeningWorld;
beforeAll(async () => {
  world = await startListeningWorld({ PUBLIC_URL: 'https://connector.example' }, { retention: QUICK_SWEEPS });
  await world.install(1, [toyDestination(world.toy.url)]);
});
afterAll(() => world.stop());

const TABLES = ['remote_chat', 'remote_message', 'remote_file_copy', 'listener', 'delivery', 'attempt', 'lane'];

async function rows(): Promise<Record<string, number>> {
  const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table})::int AS ${table}`);
  const [row] = await world.service.database.query<Record<string, number>>(`SELECT ${counts.join(', ')}`);
  return row!;
}

test('A chat that nobody ended goes with its agent’s words, files and listener, and no other chat notices', async () => {
  const [old, young] = [talk(1), talk(2)];
  const chats = [await world.start(1), await world.start(2)];
  world.toy.files.set('f1', { bytes: Buffer.from('of a file'), contentType: 'text/plain' });
  for (const chat of chats) world.toy.agentWrites(chat, 'see this', [{ id: 'f1', name: 'a.txt' }]);
  const fileOf = async (id: string): Promise<string> => {
    const isHosted = (one: object): boolean => JSON.stringify(one).includes('"status":"hosted"');
    const { remoteChat } = await world.destination(id, isHosted);
    const url = remoteChat?.shows.flatMap(({ files }) => files)[0]?.url ?? '';
    return url.replace('https://connector.example', world.service.url);
  };
  const files = [await fileOf(old.id), await fileOf(young.id)];
  const before = await rows();
  expect(Object.values(before).every((count) => count >= 2)).toBe(true);

  await makeOlder(world.service.database, 91, [old.id]);
  await isGone(world, old.id);
  await sweepPasses(world);
  const halved = Object.fromEntries(Object.entries(before).map(([table, count]) => [table, count / 2]));
  expect(await eventually(rows, (left) => left['listener'] === 1)).toEqual(halved);
  const statuses = await Promise.all(files.map(async (url) => (await fetch(url)).status));
  expect(statuses).toEqual([404, 200]);

  const polls = world.toy.asked(chats[0]!, 'poll').length;
  world.toy.agentWrites(chats[1]!, 'still here');
  await world.destination(young.id, (one) => JSON.stringify(one).includes('still here'));
  // The poll under way when it went may have been answered; none follows.
  world.toy.agentWrites(chats[0]!, 'is nobody there');
  world.toy.agentWrites(chats[1]!, 'and still');
  await world.destination(young.id, (one) => JSON.stringify(one).includes('and still'));
  expect(world.toy.asked(chats[0]!, 'poll').length - polls).toBeLessThanOrEqual(1);
  expect(await rows()).toMatchObject({ listener: 1, lane: 1, remote_chat: 1 });
});
