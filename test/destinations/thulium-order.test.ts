import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';

let world: BridgeWorld;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.thuliumDestination()]);
});
afterAll(() => world.stop());

test('6: of two texts that come fast, the second leaves only when the first is answered', async () => {
  const answeredAtArrival: number[] = [];
  const isMessage = ({ path }: { path: string }): boolean => path.endsWith('/message');
  const match = (request: { path: string }): boolean => {
    if (isMessage(request)) answeredAtArrival.push(world.thulium.requests.entries().filter(isMessage).length);
    return isMessage(request);
  };
  world.thulium.faults.add({ match, times: Infinity, kind: 'delay-after', ms: 80 });
  const conversation = conversationOf(1, 1);
  conversation.readable(world, history(['one', 'two'].map((text) => ({ from: 'visitor' as const, text }))));
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  const effects = await world.thulium.ledger.waitFor((entries) => entries.some(({ kind }) => kind === 'stop'), {
    timeoutMs: 10_000,
  });
  const texts = effects.flatMap((effect) => (effect.kind === 'message' ? [effect.text] : []));
  expect(texts.slice(1)).toEqual(['one', 'two']);
  expect(answeredAtArrival).toEqual([0, 1, 2]);
});
