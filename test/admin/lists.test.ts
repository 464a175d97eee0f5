import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import type { SeenDelivery } from '../support/bridge-world.ts';
import { type ReplayWorld, startReplayWorld } from './replay-world.ts';

interface Item {
  id: string;
  status: string;
  installation: string | null;
  conversation: string | null;
  receivedAt?: string;
  createdAt?: string;
}
interface Page {
  items: Item[];
  nextCursor: string | null;
}

let world: ReplayWorld;
/** Before, between and after what happened, by the clock that wrote it down. */
const moments: string[] = [];
let first: ReturnType<ReplayWorld['conversation']>;
let second: ReturnType<ReplayWorld['conversation']>;

async function delivered(conversation: { id: string }): Promise<SeenDelivery[]> {
  return eventually(
    () => world.deliveries(conversation.id),
    (all) => all.length > 0 && all.every(({ status }) => status === 'delivered'),
  );
}

/** Read from the answers, so that it is the service's clock. */
async function now(): Promise<string> {
  const answer = await fetch(`${world.service.url}/live`);
  // Its seconds are whole ones: the next one is surely later.
  const date = Date.parse(answer.headers.get('date') ?? '');
  await eventually(Date.now, (ms) => ms > date + 1_000);
  return new Date(date + 1_000).toISOString();
}

beforeAll(async () => {
  world = await startReplayWorld();
  await world.install(1, [world.thuliumDestination()]);
  await world.install(2, [world.xmDestination()]);
  first = world.conversation(['hello', 'there']);
  second = world.conversation(['from elsewhere'], 2);
  await world.sender.send(first.started());
  await world.sender.send(first.closed());
  await delivered(first);
  moments.push(await now());
  await world.sender.send(second.started());
  await world.sender.send({ nobody: 'knows this' });
  await delivered(second);
});
afterAll(() => world.stop());

const page = async (list: string, query: Record<string, string> = {}): Promise<Page> =>
  (await world.service.admin<Page>('GET', `/${list}?${new URLSearchParams(query).toString()}`)).body;

describe.each(['events', 'deliveries'])('GET /admin/api/%s', (list) => {
  const timeOf = ({ receivedAt, createdAt }: Item): string => receivedAt ?? createdAt ?? '';

  test('is newest first, and its pages have neither gap nor repeat, also while more comes in', async () => {
    const whole = (await page(list, { limit: '200' })).items;
    expect(whole.map(({ id }) => Number(id))).toEqual(whole.map(({ id }) => Number(id)).sort((a, b) => b - a));
    const walked: string[] = [];
    let cursor: string | null = null;
    do {
      const { items, nextCursor }: Page = await page(list, { limit: '2', ...(cursor !== null && { cursor }) });
      walked.push(...items.map(({ id }) => id));
      expect(items.length).toBeGreaterThan(0);
      cursor = nextCursor;
      await world.sender.send({ comes: 'meanwhile', number: walked.length });
    } while (cursor !== null);
    expect(walked).toEqual(whole.map(({ id }) => id));
  });

  test('filters by installation, in any case', async () => {
    for (const installation of ['ha-2', 'HA-2']) {
      const { items } = await page(list, { installation });
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items.map((item) => item.installation))).toEqual(new Set(['ha-2']));
    }
    expect(await page(list, { installation: 'ha-3' })).toEqual({ items: [], nextCursor: null });
  });

  test('filters by conversation, by its whole id and by the bare one', async () => {
    for (const conversation of [second.id, String(second.conversationId)]) {
      const { items } = await page(list, { conversation });
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items.map((item) => item.conversation))).toEqual(new Set([second.id]));
    }
    expect((await page(list, { conversation: 'ha-1:none' })).items).toEqual([]);
  });

  test('filters by time: from is included, to is not', async () => {
    const [between = ''] = moments;
    const all = (await page(list, { limit: '200' })).items;
    const earlier = (await page(list, { to: between, limit: '200' })).items;
    const later = (await page(list, { from: between, limit: '200' })).items;
    expect([...later, ...earlier]).toEqual(all);
    expect([earlier.length, later.length].every((count) => count > 0)).toBe(true);
    expect(earlier.every((item) => timeOf(item) < between)).toBe(true);
    const exact = timeOf(earlier[0]!);
    expect((await page(list, { from: exact, to: between })).items).toContainEqual(earlier[0]);
    expect((await page(list, { from: exact, to: exact })).items).toEqual([]);
  });

  test('filters together', async () => {
    const status = list === 'events' ? 'accepted' : 'delivered';
    const { items } = await page(list, { status, installation: 'ha-1', conversation: first.id, limit: '1' });
    expect(items).toMatchObject([{ status, installation: 'ha-1', conversation: first.id }]);
    expect((await page(list, { status, installation: 'ha-2', conversation: first.id })).items).toEqual([]);
  });

  test.each([
    [{ cursor: 'none' }],
    [{ from: 'yesterday' }],
    [{ to: '2026-13-40' }],
    [{ limit: 'all' }],
    [{ status: 'a\0' }],
  ])('refuses %j', async (query) => {
    const answer = await world.service.admin('GET', `/${list}?${new URLSearchParams(query).toString()}`);
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid-input' } } });
  });
});

test('Events filter by status', async () => {
  const { items } = await page('events', { status: 'quarantined' });
  expect(items.length).toBeGreaterThan(0);
  expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['quarantined']));
});

test('Deliveries filter by status, and figures count what waits for a person', async () => {
  world.thulium.setPermissions(['chat_conversations/start', 'chat_conversations/message', 'chat_conversations/stop']);
  world.thulium.faults.add({ match: { method: 'POST', path: /\/message$/ }, kind: 'accept-then-cut' });
  const doubtful = world.conversation([]);
  await world.sender.send(doubtful.started());
  await world.with(doubtful, 'uncertain');
  const { items } = await page('deliveries', { status: 'uncertain' });
  expect(items).toMatchObject([{ status: 'uncertain', conversation: doubtful.id, installation: 'ha-1' }]);
  expect((await page('deliveries', { status: 'parked' })).items).toEqual([]);
  const figures = await eventually(
    () => world.figures(),
    (text) => text.includes('connector_deliveries_uncertain 1\n'),
  );
  expect(figures).toContain('connector_deliveries_parked 0\n');
});
