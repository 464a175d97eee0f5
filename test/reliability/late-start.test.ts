import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { createSender, PLATFORM_RETRY_DELAYS_MS } from '../simulators/iadvize-sender.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';

/** G6: the sender's own times, five times as fast; how long a close waits for its start, likewise. */
const FASTER = 5;
const RETRY_DELAYS_MS = PLATFORM_RETRY_DELAYS_MS.map((ms) => ms / FASTER);
const DEFAULT_SECONDS = 35;

/** Its close waits for the start all the while the others are tested. */
const UNHEARD = 620;

let world: BridgeWorld;
let unheardAt: number;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.thuliumDestination()], { lateStartSeconds: DEFAULT_SECONDS / FASTER });
  await world.install(2, [world.thuliumDestination()]);
  const unheard = conversationOf(2, UNHEARD);
  unheard.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  unheardAt = Date.now();
  expect((await world.sender.send(unheard.closed())).accepted).toBe(true);
});
afterAll(() => world.stop());

/** What stands between the sender and the service: it refuses so many calls, and hands on those that come after them. */
async function doorThatRefuses(calls: number) {
  let left = calls;
  const server = createServer((incoming, answer) => {
    void buffer(incoming).then(async (body) => {
      if ((left -= 1) >= 0) return void answer.writeHead(503).end();
      const { 'content-type': type, 'x-iadvize-signature': signature } = incoming.headers;
      const headers = { 'content-type': String(type), 'x-iadvize-signature': String(signature) };
      const url = `${world.service.url}/iadvize/webhooks`;
      answer.writeHead((await fetch(url, { method: 'POST', headers, body })).status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const targetUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/iadvize/webhooks`;
  const sender = createSender({ targetUrl, secret: SECRET, retryDelaysMs: RETRY_DELAYS_MS });
  return {
    sender,
    close() {
      sender.close();
      server.close();
    },
  };
}

function startsOf(conversationId: number) {
  const email = `ana${conversationId}@example.org`;
  return world.thulium.ledger.entries().filter((entry) => entry.kind === 'start' && entry.client_email === email);
}

const startedAt = (conversationId: number): number => Date.parse(startsOf(conversationId)[0]?.at ?? '');

/** Everything that Thulium's agents saw of a conversation, in every chat that was started for it. */
function seenOf(conversationId: number): string[][] {
  return startsOf(conversationId).map((start) =>
    world.thulium.ledger.entries().flatMap((entry) => {
      if (entry.conversationId !== start.conversationId || entry.kind === 'start') return [];
      return [entry.kind === 'message' ? entry.text : '(end)'];
    }),
  );
}

const isOver = (chats: string[][]): boolean => chats.at(-1)?.at(-1) === '(end)';
const KNOWN_START = expect.not.stringContaining('never announced');
const NO_START = expect.stringContaining('Its start was never announced');

test.each([
  ['at once', 0],
  ['with the first retry, 10 s after it', 1],
  ['with the second retry, 30 s after it', 2],
])('When a close comes first and its start %s, then the start is bridged before the close', async (_, refused) => {
  const id = 600 + refused;
  const conversation = conversationOf(1, id);
  conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  const door = await doorThatRefuses(refused);
  expect((await world.sender.send(conversation.closed())).accepted).toBe(true);
  expect(await door.sender.send(conversation.started())).toMatchObject({
    accepted: true,
    attempts: { length: refused + 1 },
  });
  await eventually(() => seenOf(id), isOver);
  expect(seenOf(id)).toEqual([[KNOWN_START, 'hello', '(end)']]);
  door.close();
});

test('When the sender gave the start up, then the close passes after its wait and not before, with the gap marked once', async () => {
  const conversation = conversationOf(1, 610);
  conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  const door = await doorThatRefuses(RETRY_DELAYS_MS.length + 1);
  const closedAt = Date.now();
  expect((await world.sender.send(conversation.closed())).accepted).toBe(true);
  expect((await door.sender.send(conversation.started())).accepted).toBe(false);
  await eventually(() => seenOf(610), isOver);
  expect(startedAt(610) - closedAt).toBeGreaterThanOrEqual((DEFAULT_SECONDS / FASTER) * 1_000);
  expect(seenOf(610)).toEqual([[NO_START, 'hello', '(end)']]);
  door.close();
});

test('Where nobody said otherwise a close waits 35 s, which is longer than the sender tries', async () => {
  await eventually(() => seenOf(UNHEARD), isOver);
  expect(seenOf(UNHEARD)).toEqual([[NO_START, 'hello', '(end)']]);
  expect(startedAt(UNHEARD) - unheardAt).toBeGreaterThanOrEqual(DEFAULT_SECONDS * 1_000);
  expect(startedAt(UNHEARD) - unheardAt).toBeLessThan((DEFAULT_SECONDS + 15) * 1_000);
  const triedForMs = PLATFORM_RETRY_DELAYS_MS.reduce((sum, ms) => sum + ms);
  expect(DEFAULT_SECONDS * 1_000).toBeGreaterThan(triedForMs);
});
