import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

/** Longer than a write may begin after its lane was last seen to be ours. */
const SLOW_READING_MS = 4_000;

let world: BridgeWorld;

beforeAll(async () => {
  world = await startBridgeWorld();
  // The opening hours are asked for before a chat is, in one attempt.
  const settings = { whenClosed: 'wait', sendTimeoutMs: 10_000 };
  await world.install(1, [world.servicepatternDestination(settings)]);
  const match = { method: 'GET', path: /\/availability$/ };
  world.servicepattern.faults.add({ match, kind: 'delay-after', ms: SLOW_READING_MS, times: Infinity });
});
afterAll(() => world.stop());

/** The attempt at a start, in the middle of its slow reading. */
async function startSlowly(conversationId: number) {
  const conversation = conversationOf(1, conversationId);
  conversation.readable(world, []);
  await world.sender.send(conversation.started());
  const laneId = `${conversation.id}/sp-watch`;
  const attempts = () =>
    world.service.database.query<{ confirmed_at: Date | null }>(
      `SELECT confirmed_at FROM attempt JOIN delivery ON delivery.id = delivery_id
       WHERE lane_id = $1 AND kind = 'start'`,
      [laneId],
    );
  await eventually(attempts, (all) => all.length === 1);
  return { laneId, attempts };
}

const chats = () => world.servicepattern.ledger.entries().filter(({ kind }) => kind === 'chat');

test('A start behind a slow reading is sent once its lane is known to be still ours', async () => {
  const { attempts } = await startSlowly(701);
  await eventually(chats, ({ length }) => length > 0);
  expect(chats()).toHaveLength(1);
  expect(await attempts()).toMatchObject([{ confirmed_at: expect.any(Date) }]);
});

test('When the lane was taken over meanwhile, then the start is left to whoever has it now', async () => {
  const { laneId } = await startSlowly(702);
  await world.service.database.query(
    `UPDATE lane SET fencing = fencing + 1, lease_owner = 'another', lease_until = now() + interval '1 hour' WHERE id = $1`,
    [laneId],
  );
  const logged = () => world.service.logs().split('\n');
  const lost = () => logged().filter((line) => line.includes('"lease-lost"') && line.includes(laneId));
  await eventually(lost, ({ length }) => length > 0);
  expect(chats()).toHaveLength(1);
});
