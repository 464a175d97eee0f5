import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type ListeningWorld,
  remoteTexts,
  startListeningWorld,
  talk,
  toyDestination,
} from '../support/listening-world.ts';

let world: ListeningWorld;

beforeAll(async () => {
  world = await startListeningWorld();
  const destinations = [
    toyDestination(world.toy.url),
    { ...toyDestination(world.toy.url, 'toy-list'), role: 'watcher' },
  ];
  await world.install(1, destinations);
  await world.install(2, [toyDestination(world.toy.url)]);
});
afterAll(() => world.stop());

interface Refused {
  error: { code: string; message: string };
}

test('A conversation shows everything that happened, in time order, and what each remote chat shows', async () => {
  await world.start(10);
  const { remoteChat } = await world.destination(talk(10).id, (one) => one.remoteChat !== null);
  const chat = remoteChat?.remoteId ?? '';
  world.toy.agentWrites(chat, 'Hello from here');
  await world.destination(talk(10).id, (one) => remoteTexts(one).length > 0);
  await world.sender.send(talk(10).closed);
  await world.destination(talk(10).id, (one) => one.remoteChat?.status === 'ended' && one.pending === 0);
  const seen = await world.seen('ha-1:10');
  expect(seen).toMatchObject({ id: 'ha-1:10', installation: 'ha-1', truncated: false });
  expect(seen.destinations.map(({ destination }) => destination)).toEqual(['toy', 'toy-list']);
  expect(remoteTexts(seen.destinations[0]!)).toEqual(['Hello from here']);
  expect(remoteTexts(seen.destinations[1]!)).toEqual([]);

  const times = seen.timeline.map(({ at }) => Date.parse(at));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(seen.timeline[0]).toMatchObject({ kind: 'event', eventType: expect.any(String), status: 'accepted' });
  const ofToy = seen.timeline.filter((entry) => 'destination' in entry && entry.destination === 'toy');
  expect(ofToy).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'delivery', carries: 'start', status: 'delivered' }),
      expect.objectContaining({ kind: 'attempt', number: 1, outcome: 'delivered' }),
      expect.objectContaining({ kind: 'remote-chat-opened', remoteId: chat }),
      expect.objectContaining({ kind: 'remote-message', author: 'agent', name: 'Ania', text: 'Hello from here' }),
      expect.objectContaining({ kind: 'delivery', carries: 'end', status: 'delivered' }),
      expect.objectContaining({ kind: 'remote-chat-ended', reason: null }),
    ]),
  );
});

test('The bare id names a conversation while only one has it', async () => {
  await world.start(20);
  expect((await world.seen('20')).id).toBe('ha-1:20');
  await world.start(20, 2);
  const { status, body } = await world.service.admin<Refused>('GET', '/conversations/20');
  expect([status, body.error.code]).toEqual([409, 'conflict']);
  expect(body.error.message).toContain('ha-1:20, ha-2:20');
  expect((await world.seen('ha-2:20')).installation).toBe('ha-2');
});

test('A conversation nobody heard of is a 404, and nothing is shown without the admin token', async () => {
  for (const id of ['4711', 'ha-1:4711', '%25', '_']) {
    const { status } = await world.service.admin('GET', `/conversations/${id}`);
    expect([id, status]).toEqual([id, 404]);
  }
  expect((await fetch(`${world.service.url}/admin/api/conversations/ha-1:10`)).status).toBe(401);
});
