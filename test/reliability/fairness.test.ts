import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { eventually } from '../support/eventually.ts';

const BUSY_WEBSITES = [1, 2, 3, 4, 5, 6];
const QUIET_WEBSITE = 7;
/** Conversations of each busy website, and texts of each conversation: more than is carried while is measured. */
const BACKLOG = 12;
const TEXTS = Array.from({ length: 30 }, (_, index) => `text ${index}`);
const ANSWER_MS = 500;
const MEASURED = 20;
const LIMIT_MS = 2_000;

let world: ReplayWorld;

beforeAll(async () => {
  world = await startReplayWorld();
  for (const website of [...BUSY_WEBSITES, QUIET_WEBSITE]) await world.install(website, [world.thuliumDestination()]);
});
afterAll(async () => {
  world.thulium.faults.clear();
  await world.stop();
});

async function take(event: object): Promise<void> {
  expect((await world.sender.send(event)).accepted).toBe(true);
}

async function fillBacklogs(): Promise<number[][]> {
  const ids = BUSY_WEBSITES.map((): number[] => []);
  for (let count = 0; count < BACKLOG; count += 1) {
    for (const [index, website] of BUSY_WEBSITES.entries()) {
      const conversation = world.conversation(TEXTS, website);
      ids[index]!.push(conversation.conversationId);
      await take(conversation.started());
      await take(conversation.closed());
    }
  }
  await eventually(
    () => pause(200).then(() => world.figures()),
    (figures) => /^connector_events_to_plan 0$/m.test(figures),
  );
  return ids;
}

/** How long a conversation of the quiet website is on its way until the chat system has it, in ms by the two ledgers. */
async function wayOfOne(): Promise<number> {
  const conversation = world.conversation([], QUIET_WEBSITE);
  await take(conversation.started());
  const acceptedAt = Date.now();
  const email = `ana${conversation.conversationId}@example.org`;
  const start = await eventually(
    () => world.thulium.ledger.entries().find((entry) => entry.kind === 'start' && entry.client_email === email),
    (entry) => entry !== undefined,
  );
  return Date.parse(start!.at) - acceptedAt;
}

/** Of so many, one after the other, sorted. */
async function waysOfSome(count: number): Promise<number[]> {
  const ways: number[] = [];
  while (ways.length < count) ways.push(await wayOfOne());
  return ways.sort((a, b) => a - b);
}

const arrivedOf = (ids: readonly number[]): number =>
  ids.map((id) => world.starts(id) + world.said(id).length).reduce((sum, count) => sum + count, 0);

test('A quiet website is served at once beside six with a backlog, and each of those goes on', async () => {
  const match = { method: 'POST', path: /./ };
  world.thulium.faults.add({ match, times: Infinity, kind: 'delay', ms: ANSWER_MS });
  const calm = await waysOfSome(5);
  const backlogs = await fillBacklogs();
  const before = backlogs.map(arrivedOf);
  const ways = await waysOfSome(MEASURED);
  const after = backlogs.map(arrivedOf);

  // A machine that is busy with something else needs longer, also for one alone: the median of a few tells how much.
  const slowness = Math.max(1, calm[2]! / (1.5 * ANSWER_MS));
  expect(ways[Math.ceil(MEASURED * 0.95) - 1]).toBeLessThan(LIMIT_MS * slowness);
  for (const [index, arrived] of after.entries()) expect(arrived).toBeGreaterThan(before[index]!);
  // Else there was nothing to be fair about.
  expect(Math.max(...after)).toBeLessThan(BACKLOG * (TEXTS.length + 2));
});
