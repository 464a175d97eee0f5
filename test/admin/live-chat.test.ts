import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import type { ShownConversation } from '../../src/admin/conversation-schemas.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

let world: BridgeWorld;
beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.thuliumDestination(), world.xmDestination(), world.servicepatternDestination()]);
});
afterAll(() => world.stop());

const read = async (id: string, query = '?live=true'): Promise<ShownConversation['destinations']> => {
  const path = `/conversations/${encodeURIComponent(id)}${query}`;
  return (await world.service.admin<ShownConversation>('GET', path)).body.destinations;
};

/** A conversation that all three chat systems have had the first message of. */
async function startedEverywhere(conversationId: number, texts: string[] = []) {
  const one = conversationOf(1, conversationId);
  one.readable(world, history(texts.map((text) => ({ from: 'visitor' as const, text }))));
  await world.sender.send(one.started());
  await eventually(
    () => world.deliveries(one.id),
    (all) =>
      all.every(({ status }) => status === 'delivered') &&
      new Set(all.map(({ destination }) => destination)).size === 3,
  );
  return one;
}

const shownIn = (live: ShownConversation['destinations'], name: string, by: string): string[] | undefined =>
  live
    .find(({ destination }) => destination === name)
    ?.live?.shows.filter(({ author }) => author === by)
    .map(({ text }) => text);

const remoteIdIn = (live: ShownConversation['destinations'], name: string): string =>
  live.find(({ destination }) => destination === name)?.remoteChat?.remoteId ?? '';

test('The timeline shows on request what each chat system itself shows, both sides of it', async () => {
  const one = await startedEverywhere(1, ['first', 'second']);
  const started = await read(one.id);
  world.thulium.agentWrites(remoteIdIn(started, 'thulium-main'), 'from Thulium');
  world.xm.agentWrites(remoteIdIn(started, 'xm-watch'), 'from XM');
  const agent = world.servicepattern.agent(remoteIdIn(started, 'sp-watch'));
  agent.join();
  agent.write('from ServicePattern');
  const open = await read(one.id);
  for (const [name, said] of [
    ['thulium-main', 'from Thulium'],
    ['xm-watch', 'from XM'],
    ['sp-watch', 'from ServicePattern'],
  ] as const) {
    expect([name, shownIn(open, name, 'self')]).toEqual([name, [expect.stringContaining('[iAdvize]')]]);
    expect([name, shownIn(open, name, 'agent')]).toEqual([name, [said]]);
  }

  await world.sender.send(one.closed());
  await eventually(
    () => world.deliveries(one.id),
    (all) => all.filter(({ kind, status }) => kind === 'end' && status === 'delivered').length === 3,
  );
  const over = await read(one.id);
  const ours = [expect.stringContaining('[iAdvize]'), 'first', 'second'];
  for (const name of ['thulium-main', 'sp-watch']) expect([name, shownIn(over, name, 'self')]).toEqual([name, ours]);
  // Who has left a room there cannot look into it any more, and that is what is told.
  expect(over.find(({ destination }) => destination === 'xm-watch')?.live?.failure).toBe('chat-over');
});

test('What was said there behind our back is shown, since nothing is remembered', async () => {
  const one = await startedEverywhere(2);
  world.thulium.agentWrites(remoteIdIn(await read(one.id), 'thulium-main'), 'nobody has polled this yet');
  expect(shownIn(await read(one.id), 'thulium-main', 'agent')).toEqual(['nobody has polled this yet']);
});

test('A system that does not answer costs its own part only', async () => {
  const one = await startedEverywhere(3);
  world.xm.faults.add({ match: { method: 'GET', path: /\/messages/ }, times: Infinity, kind: 'status', status: 503 });
  const live = new Map((await read(one.id)).map(({ destination, live: chat }) => [destination, chat]));
  world.xm.faults.clear();
  expect(live.get('xm-watch')).toMatchObject({ failure: 'server-error', shows: [] });
  expect(live.get('thulium-main')).toMatchObject({ failure: null });
  expect(live.get('sp-watch')).toMatchObject({ failure: null });
});

test('Without being asked no chat system is called', async () => {
  const one = await startedEverywhere(4);
  for (const query of ['', '?live=false']) {
    expect((await read(one.id, query)).map(({ live }) => live)).toEqual([null, null, null]);
  }
  const { status } = await world.service.admin('GET', `/conversations/${encodeURIComponent(one.id)}?live=perhaps`);
  expect(status).toBe(422);
});
