import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';
import {
  DEFAULT_SITE,
  eventsOf,
  isGone,
  isSettled,
  type RetentionWorld,
  startRetentionWorld,
  statusOf,
  tablesWith,
} from './retention-world.ts';

/** What somebody who recorded signed requests can do with them once nothing is left of what they told. */
let world: RetentionWorld;
let captured: { start: string; close: string };
let conversation: string;

beforeAll(async () => {
  world = await startRetentionWorld();
  const told = conversationOf(DEFAULT_SITE, 77);
  told.readable(world.world, history([{ from: 'visitor', text: 'my purple umbrella' }]));
  conversation = told.id;
  captured = { start: JSON.stringify(told.started()), close: JSON.stringify(told.closed()) };
  for (const body of Object.values(captured)) expect(await post(body)).toBe(202);
  await eventually(
    () => world.deliveries(conversation),
    (all) => isSettled(all) && all.some(({ kind }) => kind === 'end'),
  );
  await world.older(91, [conversation]);
  await isGone(world, conversation);
});
afterAll(() => world.stop());

function post(body: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json', 'X-iAdvize-Signature': signBody(SECRET, body) };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${world.service.url}/iadvize/webhooks`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const counted = (status: string): Promise<number> => world.figure(`connector_events_total{status="${status}"}`);
const effects = (): number => world.thulium.ledger.entries().length;

/** Another conversation from start to end: by then, whatever a replay set going has happened. */
async function nothingCameOf(replaying: () => Promise<void>): Promise<void> {
  const before = effects();
  await replaying();
  const replayed = effects();
  const control = await world.carried(DEFAULT_SITE, 'somebody else');
  const ofControl = (await world.deliveries(control.id)).filter(({ destination }) => destination === 'thulium-main');
  expect(replayed).toBe(before);
  expect(effects()).toBe(before + ofControl.filter(({ kind }) => !READ_FIRST.includes(kind)).length);
  expect(await statusOf(world, conversation)).toBe(404);
  expect(await tablesWith(world.service.database, ['purple umbrella', conversation])).toEqual([]);
}

/** Kinds that become messages instead of writing something themselves. */
const READ_FIRST = ['transcript', 'closing-answers'];

test('A captured request that is sent again after retention is a duplicate still, and has no effect', async () => {
  const before = await counted('duplicate');
  await nothingCameOf(async () => {
    for (const body of Object.values(captured)) expect(await post(body)).toBe(202);
  });
  expect(await counted('duplicate')).toBe(before + 2);
  const again = (await eventsOf(world, '')).filter(({ duplicates }) => duplicates > 0);
  expect(again.map(({ erasedAt, conversation: of, installation }) => [typeof erasedAt, of, installation])).toEqual([
    ['string', null, null],
    ['string', null, null],
  ]);
});

test('Another well-signed body under the id of a tombstone is counted as what it is, and has no effect', async () => {
  const before = await counted('duplicate-anomaly');
  await nothingCameOf(async () => {
    const other = JSON.stringify({ ...(JSON.parse(captured.start) as object), conversationId: 8_888 });
    expect(await post(other)).toBe(202);
  });
  expect(await counted('duplicate-anomaly')).toBe(before + 1);
  expect(await world.deliveries(`ha-${DEFAULT_SITE}:8888`)).toEqual([]);
});
