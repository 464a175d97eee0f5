import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';

/** What somebody who recorded a signed request can do with it, judged by the chat system's ledger and the metrics. */
const CAPTURED_ID = 77;
const FRESH_IDS = () => ({ 'X-iAdvize-Delivery': crypto.randomUUID(), 'X-iAdvize-CorrelationId': crypto.randomUUID() });

let world: BridgeWorld;
let captured: { start: string; close: string };

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.thuliumDestination()]);
  const conversation = conversationOf(1, CAPTURED_ID);
  conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  captured = { start: JSON.stringify(conversation.started()), close: JSON.stringify(conversation.closed()) };
  for (const body of [captured.start, captured.close]) expect(await post(body)).toBe(202);
  await world.thulium.ledger.waitFor((entries) => entries.some(({ kind }) => kind === 'stop'), { timeoutMs: 15_000 });
});
afterAll(() => world.stop());

/** Sends these bytes; the signature is theirs unless told. Resolves with the status. */
function post(body: string, headers: Record<string, string> = {}, signature = signBody(SECRET, body)): Promise<number> {
  return new Promise((resolve, reject) => {
    const signed = { 'Content-Type': 'application/json', 'X-iAdvize-Signature': signature, ...headers };
    const outgoing = request(`${world.service.url}/iadvize/webhooks`, { method: 'POST', headers: signed }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function counted(status: string): Promise<number> {
  const headers = { authorization: 'Bearer test-admin-token-0123456789abcdefgh' };
  const text = await (await fetch(`${world.service.url}/metrics`, { headers })).text();
  return Number(new RegExp(`^connector_events_total\\{status="${status}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** Another conversation from start to end: by then, whatever a replay set going has happened. */
async function nextIsOver(id: number): Promise<void> {
  const conversation = conversationOf(1, id);
  conversation.readable(world, history([{ from: 'visitor', text: `of ${id}` }]));
  const ends = (): number => world.thulium.ledger.entries().filter(({ kind }) => kind === 'stop').length;
  const before = ends();
  for (const event of [conversation.started(), conversation.closed()]) await world.sender.send(event);
  await eventually(ends, (count) => count > before, 15_000);
}

const effects = (): number => world.thulium.ledger.entries().length;

test('A captured request that is sent again, with its own headers or new ones, is counted and has no effect', async () => {
  const before = { effects: effects(), duplicates: await counted('duplicate') };
  for (const body of [captured.start, captured.close]) {
    expect([await post(body), await post(body, FRESH_IDS())]).toEqual([202, 202]);
  }
  expect(await counted('duplicate')).toBe(before.duplicates + 4);
  const ofOne = effects();
  await nextIsOver(78);
  expect(ofOne).toBe(before.effects);
  const texts = world.thulium.ledger.entries().filter((entry) => entry.kind === 'message' && entry.text === 'hello');
  expect(texts).toHaveLength(1);
});

test('Another well-signed body under the id of an earlier one is counted as what it is, and has no effect', async () => {
  const before = await counted('duplicate-anomaly');
  const other = JSON.stringify({ ...(JSON.parse(captured.start) as object), operatorId: 99 });
  expect(await post(other)).toBe(202);
  expect(await counted('duplicate-anomaly')).toBe(before + 1);
  const starts = (): number => world.thulium.ledger.entries().filter(({ kind }) => kind === 'start').length;
  const started = starts();
  await nextIsOver(79);
  expect(starts()).toBe(started + 1);
});

test('A captured request with one byte changed, wherever, is refused', async () => {
  const before = effects();
  const signature = signBody(SECRET, captured.start);
  for (let at = 0; at < captured.start.length; at += 7) {
    const changed =
      captured.start.slice(0, at) + (captured.start[at] === '1' ? '2' : '1') + captured.start.slice(at + 1);
    expect(await post(changed, FRESH_IDS(), signature)).toBe(401);
  }
  for (const changed of [`${captured.start} `, captured.start.slice(0, -1), '']) {
    expect(await post(changed, {}, signature)).toBe(401);
  }
  expect(effects()).toBe(before);
});
