import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ShownHealth } from '../../../src/admin/destination-health-schemas.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type ListeningWorld,
  remoteTexts,
  startListeningWorld,
  talk,
  toyDestination,
} from '../../support/listening-world.ts';

const INTERVAL_MS = 500;
const LONG_INTERVAL_MS = 2_500;
const IDS = [1, 2, 3, 4, 5, 6];
const READING = /\/(poll|history)$/;

let world: ListeningWorld;
beforeEach(async () => {
  world = await startListeningWorld();
});
afterEach(() => world.stop());

async function health(what: ShownHealth['what']): Promise<ShownHealth | undefined> {
  const { body } = await world.service.admin<{ items: ShownHealth[] }>('GET', '/destination-health?installation=ha-1');
  return body.items.find((item) => item.what === what);
}
const readsAre = (state: ShownHealth['state']) =>
  eventually(
    () => health('reading'),
    (one) => one?.state === state,
  );
const readings = () => world.toy.requests.entries().filter(({ path }) => READING.test(path));
/** A chat of each id, where a destination that cannot be read is tried every `breakerIntervalMs`. */
async function startAll(breakerIntervalMs: number): Promise<string[]> {
  const settings = { waitMs: 50, breakerFailures: 4, breakerIntervalMs };
  await world.install(1, [toyDestination(world.toy.url, 'toy', settings)]);
  return Promise.all(IDS.map((id) => world.start(id)));
}

test('When a chat system cannot be read, then one listener tries in each interval, and all come back with the first that can', async () => {
  const chats = await startAll(INTERVAL_MS);
  world.toy.faults.add({ kind: 'status', status: 503, match: { path: READING }, times: Infinity });
  await readsAre('down');
  // A listener that was well finds out by itself, once.
  const isRefused = (chat: string): boolean =>
    readings().some(({ path, status }) => path.includes(`/${chat}/`) && status === 503);
  await eventually(() => chats.every(isRefused), Boolean);
  const before = readings().length;
  await eventually(
    () => readings().length - before,
    (tries) => tries >= 5,
  );
  const times = readings()
    .slice(before)
    .map(({ at }) => Date.parse(at));
  const between = times.slice(1).map((at, index) => at - times[index]!);
  // By the database's clock and ours, which are read at different moments.
  for (const ms of between) expect(ms).toBeGreaterThanOrEqual(INTERVAL_MS - 50);

  // What is written is not held back by that.
  await world.sender.send(talk(6).closed);
  await world.toy.ledger.waitFor(() => world.toy.asked(chats[5]!, 'end').length === 1);
  expect(await health('writing')).toBeUndefined();

  for (const chat of chats.slice(0, 5)) world.toy.agentWrites(chat, `to ${chat}`);
  world.toy.faults.clear();
  await readsAre('well');
  for (const [index, id] of IDS.slice(0, 5).entries()) {
    const seen = await world.destination(talk(id).id, (one) => remoteTexts(one).length > 0);
    expect(remoteTexts(seen)).toEqual([`to ${chats[index]}`]);
  }
});

const breakFor = (chat: string, times = Infinity): void =>
  world.toy.faults.add({ kind: 'status', status: 500, match: { path: new RegExp(`/${chat}/(poll|history)$`) }, times });
const failuresOf = (chat: string): number =>
  readings().filter(({ path, status }) => path.includes(`/${chat}/`) && status === 500).length;
const heard = async (id: number, text: string): Promise<void> => {
  const seen = await world.destination(talk(id).id, (one) => remoteTexts(one).includes(text));
  expect(remoteTexts(seen)).toEqual([text]);
};

test('One chat that never can be read says nothing of the others', async () => {
  const [broken = '', ...others] = await startAll(LONG_INTERVAL_MS);
  breakFor(broken);
  // Twice as many as open the breaker where they are those of several.
  await eventually(
    () => failuresOf(broken),
    (count) => count >= 8,
  );
  expect((await health('reading'))?.state).not.toBe('down');
  for (const chat of others) world.toy.agentWrites(chat, 'heard');
  for (const id of IDS.slice(1)) await heard(id, 'heard');
});

test('Where two chats never can be read, then all others are, also one that failed once', async () => {
  const [first = '', second = '', once = '', ...others] = await startAll(LONG_INTERVAL_MS);
  breakFor(first);
  breakFor(second);
  await readsAre('down');
  const asked = () => world.toy.asked(others[0]!, 'poll').length;
  const before = { at: Date.now(), asked: asked() };
  await eventually(asked, (count) => count >= before.asked + 10);
  // Ten polls of 50 ms each, where one try in each interval would take ten times as long.
  expect(Date.now() - before.at).toBeLessThan(8 * LONG_INTERVAL_MS);
  breakFor(once, 1);
  await eventually(
    () => failuresOf(once),
    (count) => count === 1,
  );
  for (const chat of [once, ...others]) world.toy.agentWrites(chat, 'heard');
  for (const id of IDS.slice(2)) await heard(id, 'heard');
});
