import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { startThulium, type ThuliumSimulator } from '../simulators/thulium-simulator.ts';
import { THULIUM_LOGIN } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const START = { method: 'POST', path: /\/start$/ };
const INTERVAL_MS = 1_000;

let world: ReplayWorld;
let neighbour: ThuliumSimulator;
beforeAll(async () => {
  world = await startReplayWorld();
  neighbour = await startThulium(THULIUM_LOGIN);
  const breaker = { breakerFailures: 3, breakerIntervalMs: INTERVAL_MS };
  await world.install(1, [world.thuliumDestination(breaker), world.xmDestination()]);
  await world.install(2, [world.thuliumDestination({ ...breaker, baseUrl: neighbour.url })]);
});
afterEach(() => world.thulium.faults.clear());
afterAll(async () => {
  await world.stop();
  await neighbour.close();
});

interface Health {
  installation: string;
  destination: string;
  state: string;
  failures: number;
  lastCode: string | null;
  nextTryAt: string | null;
}

async function healthOf(installation: string): Promise<Health | undefined> {
  const path = `/destination-health?installation=${installation}`;
  const { body } = await world.service.admin<{ items: Health[] }>('GET', path);
  return body.items.find(({ destination }) => destination === 'thulium-main');
}

const inState = (state: string) =>
  eventually(
    () => healthOf('ha-1'),
    (health) => health?.state === state,
  );

const whole = (conversationId: number) =>
  eventually(
    () => world.said(conversationId),
    (said) => said.includes('stop'),
  );

/** Starts and closes so many conversations of the installation. */
async function converse(count: number, websiteId = 1) {
  const all = Array.from({ length: count }, () => world.conversation(['hello'], websiteId));
  for (const one of all) {
    await world.sender.send(one.started());
    await world.sender.send(one.closed());
  }
  return all;
}

const thuliumDeliveries = async (conversation: { id: string }) =>
  (await world.deliveries(conversation.id)).filter(({ destination }) => destination === 'thulium-main');

describe('When a chat system is down', () => {
  test('one delivery tries in each interval, the others wait untried, and all arrive once it is back', async () => {
    world.thulium.faults.add({ match: { path: /./ }, times: Infinity, kind: 'cut-before' });
    const early = await converse(5);
    expect(await inState('down')).toMatchObject({ lastCode: 'no-answer', nextTryAt: expect.any(String) });
    const late = await converse(5);

    // Whoever was on its way when it went down is back by the time of the first try.
    const from = world.thulium.requests.entries().length + 1;
    const tries = await eventually(
      () => world.thulium.requests.entries().slice(from),
      (entries) => entries.length >= 4,
    );
    const times = tries.map(({ at }) => Date.parse(at));
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual((times.length - 1) * INTERVAL_MS * 0.85);
    const waiting = (await Promise.all(late.map(thuliumDeliveries))).map(([start]) => start);
    const untried = waiting.filter((start) => start?.attempts === 0 && start.status === 'pending');
    expect(untried.length).toBeGreaterThanOrEqual(2);

    // Nobody else notices: neither the same installation's other chat system nor another installation's Thulium.
    for (const one of [...early, ...late]) {
      const email = `ana${one.conversationId}@example.org`;
      await world.xm.ledger.waitFor((entries) => entries.some((e) => e.kind === 'guest' && e.email === email));
    }
    await converse(1, 2);
    await neighbour.ledger.waitFor((entries) => entries.some(({ kind }) => kind === 'stop'));
    expect(await healthOf('ha-2')).toBeUndefined();

    world.thulium.faults.clear();
    const backAt = Date.now();
    const first = await world.thulium.ledger.waitFor((entries) => entries.length > 0);
    expect(Date.parse(first[0]!.at) - backAt).toBeLessThan(INTERVAL_MS * 2);
    for (const one of [...early, ...late]) {
      expect(await whole(one.conversationId)).toEqual(['hello', 'stop']);
      expect(world.starts(one.conversationId)).toBe(1);
    }
    expect(await inState('well')).toMatchObject({ failures: 0, nextTryAt: null });
    for (const event of ['breaker-opened', 'breaker-closed']) expect(world.service.logs()).toContain(event);
  });

  test('a system that can be read but takes nothing counts as down too', async () => {
    world.thulium.faults.add({ match: START, times: Infinity, kind: 'status', status: 500 });
    const all = await converse(2);
    await inState('down');
    world.thulium.faults.clear();
    for (const one of all) {
      expect(await whole(one.conversationId)).toEqual(['hello', 'stop']);
      expect(world.starts(one.conversationId)).toBe(1);
    }
  });

  test('new settings are tried at once', async () => {
    const slow = world.thuliumDestination({ breakerFailures: 1, breakerIntervalMs: 600_000 });
    const put = (destinations: object[]) =>
      world.service.admin('PUT', '/installations/ha-1', { label: 'Shop 1', iadvize: {}, destinations });
    expect((await put([slow])).status).toBe(200);
    world.thulium.faults.add({ match: { path: /./ }, times: Infinity, kind: 'cut-before' });
    const [one] = await converse(1);
    await inState('down');
    world.thulium.faults.clear();
    expect((await put([world.thuliumDestination()])).status).toBe(200);
    expect(await whole(one!.conversationId)).toEqual(['hello', 'stop']);
  });

  test('refusals are answers: a wrong password parks its lanes and is no outage', async () => {
    world.thulium.setPassword('another');
    const all = await converse(5);
    for (const one of all) expect(await world.with(one, 'parked')).toMatchObject({ reason: 'credentials-refused' });
    expect(await healthOf('ha-1')).toMatchObject({ state: 'well' });
    world.thulium.setPassword(THULIUM_LOGIN.apiPassword);
  });
});

test('When one lane is told to come back later, then no lane of that destination calls before', async () => {
  const headers = { 'Retry-After': '2' };
  world.thulium.faults.add({ match: START, kind: 'status', status: 429, headers });
  await converse(1);
  const throttled = await eventually(
    () => world.thulium.requests.entries().filter(({ status }) => status === 429),
    (entries) => entries.length === 1,
  );
  await inState('throttled');
  const from = world.thulium.requests.entries().length;
  const all = await converse(6);
  for (const one of all) await whole(one.conversationId);
  // Listeners keep a pace of their own.
  const later = world.thulium.requests.entries().slice(from);
  const first = later.find(({ method }) => method === 'POST');
  expect(Date.parse(first!.at) - Date.parse(throttled[0]!.at)).toBeGreaterThanOrEqual(2_000);
});
