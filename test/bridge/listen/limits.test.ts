import { afterEach, expect, test } from '@jest/globals';
import { createListenerStore } from '../../../src/bridge/listener-store.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type ListeningWorld,
  remoteTexts,
  type SeenDestination,
  startListeningWorld,
  talk,
  toyDestination,
} from '../../support/listening-world.ts';

let world: ListeningWorld;
afterEach(() => world.stop());

const requestsOf = (chat: string) => world.toy.requests.entries().filter(({ path }) => path.includes(`/${chat}/`));

test('When the system asks for patience, then nobody calls before the time, hint or no hint', async () => {
  world = await startListeningWorld();
  await world.install(1, [toyDestination(world.toy.url, 'toy', { waitMs: 100 })]);
  const chat = await world.start(1);
  const busy = { status: 429, headers: { 'retry-after': '2' } };
  world.toy.faults.add({ kind: 'status', ...busy, match: { path: new RegExp(`/${chat}/`) } });
  const isThrottled = ({ status }: { status: number | null }): boolean => status === 429;
  await world.toy.requests.waitFor((entries) => entries.some(isThrottled));
  await world.service.hint('ha-1', 'toy');
  const after = await eventually(
    () => requestsOf(chat).slice(requestsOf(chat).findIndex(isThrottled)),
    (entries) => entries.length > 1,
  );
  const [refused, next] = after.map(({ at }) => Date.parse(at));
  expect(next! - refused!).toBeGreaterThanOrEqual(2_000);
});

test('When reading fails again and again, then the pauses grow, and what was written meanwhile is there in the end', async () => {
  world = await startListeningWorld();
  await world.install(1, [
    toyDestination(world.toy.url, 'toy', { waitMs: 50, listenRetryBaseMs: 50, listenRetryMaxMs: 400 }),
  ]);
  const chat = await world.start(1);
  world.toy.faults.add({ kind: 'status', status: 500, match: { path: new RegExp(`/${chat}/`) }, times: 5 });
  world.toy.agentWrites(chat, 'in spite of it');
  const seen = await world.destination(talk(1).id, (one) => remoteTexts(one).length > 0);
  expect(remoteTexts(seen)).toEqual(['in spite of it']);
  const times = requestsOf(chat).filter(({ status }) => status === 500);
  expect(times).toHaveLength(5);
  const between = times.slice(1).map(({ at }, index) => Date.parse(at) - Date.parse(times[index]!.at));
  // Doubled each time, half of it random: the least that each pause can be.
  between.forEach((ms, index) => expect(ms).toBeGreaterThanOrEqual(Math.min(25 * 2 ** index, 200) - 2));
});

test('When a hint comes, then it is read at once', async () => {
  world = await startListeningWorld();
  await world.install(1, [toyDestination(world.toy.url, 'toy-list', { pauseMs: 3_600_000 })]);
  const chat = await world.start(1);
  await world.destination(talk(1).id, (one) => one.listener?.lastReadAt !== null);
  world.toy.agentWrites(chat, 'look');
  await world.service.hint('ha-1', 'toy-list');
  const seen = await world.destination(talk(1).id, (one) => remoteTexts(one).length > 0);
  expect(remoteTexts(seen)).toEqual(['look']);
  expect(world.toy.asked(chat, 'list').length).toBeLessThanOrEqual(4);

  // As another process does it, which has none of the listeners.
  world.toy.agentWrites(chat, 'from elsewhere');
  await createListenerStore(world.service.database).hint('ha-1', 'toy-list');
  const later = await world.destination(talk(1).id, (one) => remoteTexts(one).length > 1);
  expect(remoteTexts(later)).toEqual(['look', 'from elsewhere']);
});

test('When a reading is refused, then it waits for other settings and is read at once with them', async () => {
  world = await startListeningWorld();
  const destination = toyDestination(world.toy.url, 'toy', { waitMs: 50, listenRefusedMs: 3_600_000 });
  await world.install(1, [destination]);
  const chat = await world.start(1);
  world.toy.faults.add({ kind: 'status', status: 401, match: { path: new RegExp(`/${chat}/`) } });
  await world.destination(talk(1).id, (one) => one.listener?.lastFailure === 'credentials-refused');
  world.toy.agentWrites(chat, 'with the new password');
  const settings = { ...destination, settings: { ...destination.settings, waitMs: 60 } };
  const changed = await world.service.admin('PUT', '/installations/ha-1', { label: 'Shop', destinations: [settings] });
  expect(changed.status).toBe(200);
  // The timeline is not read in one moment: what is told there of the listener may be a little older than its texts.
  const isReadWell = (one: SeenDestination): boolean =>
    remoteTexts(one).length > 0 && one.listener?.lastFailure === null;
  expect(remoteTexts(await world.destination(talk(1).id, isReadWell))).toEqual(['with the new password']);
});

test('When an installation has more chats than listeners, then they take turns and the log says so', async () => {
  world = await startListeningWorld({ LISTENERS_PER_INSTALLATION: '2' });
  await world.install(1, [toyDestination(world.toy.url, 'toy', { waitMs: 150 })]);
  await world.install(2, [toyDestination(world.toy.url, 'toy', { waitMs: 150 })]);
  let most = 0;
  const ofFirst = () => world.toy.all().filter(({ conversation }) => conversation.startsWith('ha-1:'));
  const watch = setInterval(() => {
    most = Math.max(most, ofFirst().filter(({ waiting }) => waiting.size > 0).length);
  }, 5);
  const ids = Array.from({ length: 6 }, (_, index) => index + 1);
  for (const id of ids) await world.sender.send(talk(id).started);
  const chats = await Promise.all(ids.map((id) => world.toy.chatOf(talk(id).id)));
  const lonely = await world.start(100, 2);
  for (const chat of [...chats, lonely]) world.toy.agentWrites(chat, `to ${chat}`);
  for (const [index, id] of ids.entries()) {
    const seen = await world.destination(talk(id).id, (one) => remoteTexts(one).length > 0);
    expect(remoteTexts(seen)).toEqual([`to ${chats[index]}`]);
  }
  await eventually(
    () => chats.map((chat) => world.toy.asked(chat, 'history').length),
    (turns) => turns.every((count) => count >= 2),
  );
  clearInterval(watch);
  expect(most).toBe(2);
  const warned = world.service
    .logs()
    .split('\n')
    .filter((line) => line.includes('"listeners-take-turns"'));
  expect(warned.length).toBeGreaterThan(0);
  for (const line of warned)
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', installation: 'ha-1', perInstallation: 2 });
});

test('When the reader of a whole queue has the only place, then single chats have their turn all the same', async () => {
  world = await startListeningWorld({ LISTENERS_PER_INSTALLATION: '1' });
  const both = [
    toyDestination(world.toy.url, 'toy-list'),
    { ...toyDestination(world.toy.url, 'toy'), role: 'watcher' },
  ];
  await world.install(1, both);
  await world.sender.send(talk(1).started);
  await eventually(
    () => world.toy.all(),
    (chats) => chats.length === 2,
  );
  for (const turn of ['first', 'second']) {
    for (const { id } of world.toy.all()) world.toy.agentWrites(id, turn);
    await eventually(
      async () => (await world.seen('1')).destinations.map(remoteTexts),
      (texts) => texts.every((seen) => seen.includes(turn)),
      20_000,
    );
  }
});
