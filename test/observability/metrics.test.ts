import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { createMetrics, type QueueFigures } from '../../src/observability/metrics.ts';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { eventually } from '../support/eventually.ts';
import { startListeningWorld, talk, toyDestination } from '../support/listening-world.ts';
import { productRow, putLiveCatalogue } from '../support/live-catalogue.ts';
import { pluginGet } from '../support/plugin-call.ts';
import { ADMIN_TOKEN, SECRET } from '../support/test-environment.ts';
import { startTestService } from '../support/test-service.ts';

const OLD_SECRET = 'theOldSecretToken';

let world: ReplayWorld;
beforeAll(async () => {
  world = await startReplayWorld({ IADVIZE_SECRET_TOKENS: `${SECRET},${OLD_SECRET}` });
  const down = { breakerFailures: 2, breakerIntervalMs: 60_000 };
  await world.install(1, [world.thuliumDestination()]);
  await world.install(2, [world.thuliumDestination({ ...down, baseUrl: 'http://127.0.0.1:1/api' })]);
});
afterAll(() => world.stop());

const scrape = (url = world.service.url) => request(url).get('/metrics').set('Authorization', `Bearer ${ADMIN_TOKEN}`);

/** One figure, by its name with its labels as they are written. */
function figure(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

const read = async (name: string): Promise<number | undefined> => figure((await scrape()).text, name);

/** The figures of the queue are as old as 5 s. */
const reaches = (name: string, isEnough: (value: number) => boolean) =>
  eventually(
    () => read(name),
    (value) => value !== undefined && isEnough(value),
  );

describe('GET /metrics', () => {
  test('is the text that Prometheus reads, for the operator only', async () => {
    const answer = await scrape();
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await request(world.service.url).get('/metrics')).status).toBe(401);
  });

  test('shows each counter from the start, at nothing', async () => {
    const { text } = await scrape();
    for (const name of [
      'connector_events_total{status="quarantined"}',
      'connector_deliveries_total{outcome="uncertain"}',
      'connector_attempts_total{outcome="throttled"}',
      'connector_signatures_total{secret="2"}',
      'connector_breakers_open{type="xm"}',
      'connector_catalogue_indexes',
    ]) {
      expect({ name, value: figure(text, name) }).toEqual({ name, value: 0 });
    }
  });

  test('counts events by what they are, and the secret that each was signed with', async () => {
    const one = world.conversation([]);
    const event = one.started();
    await world.sender.send(event);
    await world.sender.send(event);
    await world.sender.send({ ...event, operatorId: 77 });
    const old = createSender({ targetUrl: `${world.service.url}/iadvize/webhooks`, secret: OLD_SECRET });
    await old.send({ nothing: 'known' });
    old.close();
    const expected: Record<string, number> = {
      'connector_events_total{status="accepted"}': 1,
      'connector_events_total{status="duplicate"}': 1,
      'connector_events_total{status="duplicate-anomaly"}': 1,
      'connector_events_total{status="quarantined"}': 1,
      'connector_signatures_total{secret="1"}': 3,
      'connector_signatures_total{secret="2"}': 1,
      connector_intake_seconds_count: 4,
    };
    await reaches('connector_intake_seconds_count', (value) => value === 4);
    const { text } = await scrape();
    for (const [name, value] of Object.entries(expected))
      expect({ name, value: figure(text, name) }).toEqual({ name, value });
    expect(figure(text, 'connector_intake_seconds_sum')).toBeGreaterThan(0);
    expect(figure(text, 'connector_intake_seconds_bucket{le="10"}')).toBe(4);
  });

  test('counts deliveries and attempts, and what waits for a person', async () => {
    const delivered = await read('connector_deliveries_total{outcome="delivered"}');
    const one = world.conversation(['hello']);
    await world.sender.send(one.started());
    await eventually(
      () => world.deliveries(one.id),
      (all) => all.some(({ kind, status }) => kind === 'message' && status === 'delivered'),
    );
    await reaches('connector_deliveries_total{outcome="delivered"}', (value) => value >= (delivered ?? 0) + 2);
    world.thulium.faults.add({ match: { method: 'POST', path: /\/message$/ }, kind: 'status', status: 403 });
    await world.sender.send(one.closed());
    await world.with(one, 'parked');
    await reaches('connector_deliveries_parked', (value) => value === 1);
    const { text } = await scrape();
    expect(figure(text, 'connector_deliveries_total{outcome="parked"}')).toBe(1);
    expect(figure(text, 'connector_attempts_total{outcome="refused"}')).toBe(1);
    expect(figure(text, 'connector_deliveries_uncertain')).toBe(0);
    // What stands behind the parked one waits for a person, not for us.
    expect(figure(text, 'connector_oldest_pending_seconds')).toBe(0);
  });

  test('tells of a chat system that is down, and how long its deliveries have waited', async () => {
    for (let count = 0; count < 2; count += 1) await world.sender.send(world.conversation([], 2).started());
    await reaches('connector_breakers_open{type="thulium"}', (value) => value === 1);
    const age = await read('connector_oldest_pending_seconds');
    await reaches('connector_oldest_pending_seconds', (value) => value > (age ?? 0));
    expect(await read('connector_breakers_open{type="xm"}')).toBe(0);
    expect(await read('connector_attempts_total{outcome="notSent"}')).toBeGreaterThanOrEqual(2);
  });

  test('tells how many listeners are at work', async () => {
    const fresh = await startListeningWorld();
    const open = async () => figure((await scrape(fresh.service.url)).text, 'connector_listeners_open');
    await fresh.install(
      1,
      [toyDestination(fresh.toy.url), toyDestination(fresh.toy.url, 'toy-list')].map((one, index) => ({
        ...one,
        role: index === 0 ? 'primary' : 'watcher',
      })),
    );
    expect(await open()).toBe(0);
    for (const id of [1, 2, 3]) await fresh.start(id);
    // One for each chat that has its own, and one for the list of all.
    expect(await eventually(open, (count) => count === 4)).toBe(4);
    expect(figure((await scrape(fresh.service.url)).text, 'connector_listeners_waiting')).toBe(0);
    for (const id of [1, 2, 3]) await fresh.sender.send(talk(id).closed);
    expect(await eventually(open, (count) => count === 0, 15_000)).toBe(0);
    await fresh.stop();
  });

  test('shows the memory of the search indexes', async () => {
    await putLiveCatalogue(world.service.database, 'ha-1', [productRow(1)]);
    await pluginGet(world.service.url, '/iadvize/products', { idWebsite: 'ha-1', searchQuery: 'product' });
    await reaches('connector_catalogue_indexes', (value) => value === 1);
    expect(await read('connector_catalogue_index_bytes')).toBeGreaterThan(0);
  });

  test('holds no name, address or id of anybody, and no label beyond the closed lists', async () => {
    const one = world.conversation(['canary-text'], 1);
    one.readable(world, [], { firstname: 'Canaria', email: 'canary@example.org' });
    await world.sender.send(one.started());
    await world.thulium.ledger.waitFor((all) => all.some((e) => e.kind === 'start' && e.client_name === 'Canaria'));
    const { text } = await scrape();
    for (const canary of [/canar/i, /@/, /ha-\d/, /\bana\b/i, /127\.0\.0\.1/, new RegExp(SECRET), /thulium-main/]) {
      expect(text).not.toMatch(canary);
    }
    const ours = text.split('\n').filter((line) => line.startsWith('connector_'));
    const labels = new Set(ours.flatMap((line) => [...line.matchAll(/[{,](\w+)="([^"]*)"/g)].map(([, name]) => name)));
    expect([...labels].sort()).toEqual(['le', 'outcome', 'secret', 'status', 'type']);
    // As many lines whatever happened.
    const fresh = await startTestService({ IADVIZE_SECRET_TOKENS: `${SECRET},${OLD_SECRET}` });
    const untouched = (await scrape(fresh.url)).text.split('\n').filter((line) => line.startsWith('connector_'));
    await fresh.stop();
    expect(ours.map((line) => line.split(' ')[0])).toEqual(untouched.map((line) => line.split(' ')[0]));
  });
});

describe('The figures', () => {
  const queue: QueueFigures = {
    oldestPendingSeconds: 3,
    parked: 1,
    uncertain: 2,
    eventsToPlan: 4,
    eventsUnplanned: 9,
    breakersOpen: { a: 5, stranger: 6 },
    listenersOpen: 7,
    listenersWaiting: 8,
  };
  const create = () => createMetrics({ secrets: ['1'], destinationTypes: ['a', 'b'] }, []);

  test('say what is not known when the database does not answer, and nothing old', async () => {
    const metrics = create();
    const known = await metrics.expose(queue);
    expect(figure(known, 'connector_deliveries_parked')).toBe(1);
    expect(figure(known, 'connector_events_unplanned')).toBe(9);
    const text = await metrics.expose(undefined);
    expect(figure(text, 'connector_queue_readable')).toBe(0);
    expect(figure(text, 'connector_deliveries_parked')).toBeNaN();
    expect(figure(text, 'connector_events_unplanned')).toBeNaN();
    expect(figure(text, 'connector_breakers_open{type="a"}')).toBeNaN();
    expect(figure(text, 'connector_attempts_total{outcome="delivered"}')).toBe(0);
  });

  test('take no label that is not in its list', async () => {
    const metrics = create();
    metrics.matchedSecret('ana@example.org');
    metrics.tookEvent('ana@example.org', 0.1);
    metrics.settledDelivery('pending');
    const text = await metrics.expose(queue);
    expect(text).not.toContain('ana@example.org');
    expect(text).not.toContain('pending"');
    expect(text).not.toContain('stranger');
    expect(figure(text, 'connector_breakers_open{type="a"}')).toBe(5);
  });
});

test('The database is asked once in 5 s, however often the figures are asked for', async () => {
  const service = await startTestService();
  let asked = 0;
  const { query } = service.database;
  service.database.query = (text, values) => {
    if (text.includes('oldestPendingSeconds')) asked += 1;
    return query(text, values);
  };
  await Promise.all(Array.from({ length: 10 }, () => scrape(service.url)));
  await scrape(service.url);
  expect(asked).toBe(1);
  await service.stop();
});

test('A worker that takes no calls has its figures too, behind the same token', async () => {
  const worker = await startTestService({ ROLE: 'worker', DATABASE_URL: 'postgres://given.by.the/test' });
  const { status, text } = await scrape(worker.url);
  expect(status).toBe(200);
  expect(figure(text, 'connector_queue_readable')).toBe(1);
  expect((await request(worker.url).get('/metrics')).status).toBe(401);
  await worker.stop();
});
