import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FeedServer, startFeedServer } from '../simulators/feed-server.ts';
import { eventually } from '../support/eventually.ts';
import { type FeedWorld, rssOf, startFeedWorld } from './feed-world.ts';

let shops: FeedServer;
let world: FeedWorld;

beforeAll(async () => {
  shops = await startFeedServer(rssOf(1));
  world = await startFeedWorld({ ALLOW_PRIVATE_UPSTREAMS: 'true', DATABASE_CONNECTIONS: '3' });
});
afterAll(async () => {
  await world.stop();
  await shops.close();
});

test('Imports leave a connection to the database to everybody else: what has to wait is told so, and is taken later', async () => {
  shops.faults.add({ kind: 'delay', ms: 4_000, times: 2, match: { path: /feed/ } });
  const fromShop = (id: string) => world.send(id, JSON.stringify({ url: shops.url }), 'catalogue', 'application/json');
  const [one, two, three] = [await world.install(1), await world.install(2), await world.install(3)];
  const all = [one, two, three];
  const answers = await Promise.all(all.map(fromShop));
  const late = answers.findIndex(({ status }) => status !== 202);
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 429]);
  expect(answers[late]?.body.error?.code).toBe('too-many-requests');
  await eventually(
    () => fromShop(all[late]!),
    ({ status }) => status === 202,
  );
  for (const id of all) expect(await world.ended(id)).toMatchObject({ status: 'live', items: 1 });
});
