import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';

/** More websites than couriers: fewer leave some of them free for whoever comes next. */
const WEBSITES = Array.from({ length: 65 }, (_, index) => index + 1);
const PER_WEBSITE = 2;
const COURIERS = process.env['DATABASE_URL'] === undefined ? 32 : 64;
const MEASURED = 60;
/** Unknown here: counted and answered like any other, and nobody has to carry it. */
const QUIET_WEBSITE = 99;

let world: BridgeWorld;

beforeAll(async () => {
  world = await startBridgeWorld();
  const hanging = { sendTimeoutMs: 60_000 };
  for (const website of WEBSITES) await world.install(website, [world.thuliumDestination(hanging)]);
});
afterAll(async () => {
  world.thulium.faults.clear();
  await world.stop();
});

/** The median time of an event's answer, one after the other, in ms. All of them must be taken. */
async function answerTimes(): Promise<number> {
  const targetUrl = `${world.service.url}/iadvize/webhooks`;
  const sender = createSender({ targetUrl, secret: SECRET, retryDelaysMs: [] });
  const times: number[] = [];
  for (let count = 0; count < MEASURED; count += 1) {
    const event = conversationStarted({ websiteId: QUIET_WEBSITE, conversationId: count });
    const startedAt = performance.now();
    expect((await sender.send(event)).accepted).toBe(true);
    times.push(performance.now() - startedAt);
  }
  sender.close();
  return times.sort((a, b) => a - b)[MEASURED / 2]!;
}

test('While every courier waits for a chat system that hangs, events are stored and answered as ever', async () => {
  await answerTimes();
  const calm = await answerTimes();
  let waiting = 0;
  const counted = ({ path }: { path: string }): boolean => path.endsWith('/start') && (waiting += 1) > 0;
  world.thulium.faults.add({ match: counted, times: Infinity, kind: 'delay', ms: 15_000 });
  for (const website of WEBSITES) {
    for (let count = 0; count < PER_WEBSITE; count += 1) {
      await world.sender.send(conversationOf(website, website * 1_000 + count).started());
    }
  }
  await eventually(
    () => waiting,
    (count) => count >= COURIERS,
  );
  const saturated = await answerTimes();
  // The test is of what waits for what, not of speed: a request that waited for a courier would take seconds.
  expect(saturated).toBeLessThan(3 * calm + 50);
  expect(world.thulium.ledger.entries()).toEqual([]);
});
