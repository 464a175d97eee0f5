import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { SECRET } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { MASKED, shop } from './installation-world.ts';

let service: TestService;

beforeAll(async () => void (service = await startTestService()));
afterAll(() => service.stop());

type Shown = Record<string, unknown> & { id: string };
const call = (method: string, path: string, body?: unknown) =>
  service.admin<Shown>(method, `/installations${path}`, body);
const list = async (query: string) =>
  (await service.admin<{ items: Shown[]; nextCursor: string | null }>('GET', `/installations${query}`)).body;

const facts = (websiteId: number) => ({
  id: `ha-${websiteId}`,
  active: true,
  hasInstallationKey: true,
  createdAt: expect.any(String),
  updatedAt: expect.any(String),
});

describe('POST', () => {
  test('creates an installation and shows its key this once', async () => {
    const { status, body } = await call('POST', '', shop(1));
    expect(status).toBe(201);
    const installationKey = String(body['installationKey']);
    expect(installationKey).toMatch(/^ik_[\w-]{43}$/);
    expect(body).toEqual({ ...shop(1, {}, MASKED), ...facts(1), installationKey });

    const later = (await call('GET', '/ha-1')).body;
    expect({ ...later, installationKey }).toEqual(body);
    expect(later).not.toHaveProperty('installationKey');
    expect(JSON.stringify(await list(''))).not.toContain(installationKey);
    expect(service.logs()).not.toContain(installationKey);
  });

  test('of a website that is installed is refused with 409 and changes nothing', async () => {
    await call('POST', '', shop(2));
    const before = (await call('GET', '/ha-2')).body;
    const second = await call('POST', '', shop(2, { label: 'Another', platform: 'HA', websiteId: '002' }));
    expect(second).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect((await call('GET', '/ha-2')).body).toEqual(before);
  });

  test('of the same number on the other platform is another installation', async () => {
    await call('POST', '', shop(3));
    expect((await call('POST', '', shop(3, { platform: 'sd' }))).body).toMatchObject({ id: 'sd-3', platform: 'sd' });
  });

  test('at the same time for one website makes one', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('POST', '', shop(4))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
  });
});

describe('GET of the list', () => {
  test('gives every installation once, page by page', async () => {
    for (const websiteId of [500, 51, 5, 52]) await call('POST', '', shop(websiteId));
    const whole = await list('?limit=200');
    expect(whole.nextCursor).toBeNull();
    expect(whole.items.map((item) => item.id)).toEqual(expect.arrayContaining(['ha-5', 'ha-51', 'ha-52', 'ha-500']));

    const paged: Shown[] = [];
    let cursor: string | null = '';
    do {
      const page = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(whole.items);
    // A page that holds the last one says so.
    expect((await list(`?limit=${whole.items.length}`)).nextCursor).toBeNull();
    expect((await list(`?limit=${whole.items.length - 1}`)).nextCursor).toBe(whole.items.at(-2)?.id);
  });

  test('behind the last one is empty', async () => {
    expect(await list('?cursor=zz-9')).toEqual({ items: [], nextCursor: null });
  });

  test.each(['limit=x', 'limit=-1', 'limit=1&limit=2', 'limit=', `cursor=${'a'.repeat(201)}`])(
    'with %s is refused with 422',
    async (query) => {
      const answer = await service.admin('GET', `/installations?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { error: { field: query.split('=')[0] } } });
    },
  );
});

describe('PUT', () => {
  test('replaces the settings: what is left out is gone', async () => {
    await call('POST', '', shop(10, { retentionDays: 30 }));
    const { status, body } = await call('PUT', '/ha-10', { label: 'New', destinations: [] });
    expect(status).toBe(200);
    expect(body).toEqual({ platform: 'ha', websiteId: 10, label: 'New', destinations: [], ...facts(10) });
    expect((await call('GET', '/ha-10')).body).toEqual(body);
  });

  test('of what GET gave changes nothing', async () => {
    await call('POST', '', shop(11));
    const before = (await call('GET', '/ha-11')).body;
    expect((await call('PUT', '/ha-11', before)).body).toEqual({ ...before, updatedAt: expect.any(String) });
  });

  test.each([{ websiteId: 13 }, { platform: 'sd' }, { platform: 'sd', websiteId: 13 }])(
    'cannot move it to %j',
    async (identity) => {
      await call('POST', '', shop(12));
      const answer = await call('PUT', '/ha-12', { ...shop(12), ...identity });
      expect(answer).toMatchObject({ status: 422, body: { error: { field: 'websiteId' } } });
      expect((await call('GET', '/ha-13')).status).toBe(404);
    },
  );

  test('may name its own platform and website in any spelling', async () => {
    await call('POST', '', shop(14));
    expect((await call('PUT', '/HA-14', { ...shop(14), platform: 'HA', websiteId: '14' })).status).toBe(200);
  });
});

describe('The installation key', () => {
  test('is made anew on demand, and shown with that answer only', async () => {
    const first = (await call('POST', '', shop(20))).body['installationKey'];
    const { status, body } = await call('POST', '/ha-20/key');
    expect(status).toBe(201);
    expect(body).toEqual({ installationKey: expect.stringMatching(/^ik_[\w-]{43}$/) });
    expect(body['installationKey']).not.toBe(first);
    expect((await call('GET', '/ha-20')).body).not.toHaveProperty('installationKey');
  });
});

describe('DELETE', () => {
  test('removes the installation; its website is free again', async () => {
    await call('POST', '', shop(30));
    expect(await call('DELETE', '/ha-30')).toEqual({ status: 204, body: undefined });
    expect((await call('GET', '/ha-30')).status).toBe(404);
    expect((await call('POST', '', shop(30))).status).toBe(201);
  });

  test('leaves its events as tombstones: an old webhook stays a duplicate, a new one is quarantined', async () => {
    const sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET, retryDelaysMs: [] });
    const events = async () =>
      (await service.admin<{ items: { status: string; duplicates: number }[] }>('GET', '/events')).body.items;
    await call('POST', '', shop(31, { destinations: [] }));
    const old = conversationStarted({ platform: 'ha', websiteId: 31 });
    await sender.send(old);
    await call('DELETE', '/ha-31');

    await sender.send(old);
    expect((await events())[0]).toMatchObject({ status: 'accepted', duplicates: 1 });
    await sender.send(conversationStarted({ platform: 'ha', websiteId: 31 }));
    expect((await events())[0]).toMatchObject({ status: 'quarantined', duplicates: 0 });
    sender.close();
  });
});

test.each([
  ['GET', '/ha-404'],
  ['PUT', '/ha-404'],
  ['DELETE', '/ha-404'],
  ['POST', '/ha-404/key'],
  ['GET', '/404'],
  ['GET', '/constructor'],
])('%s %s of what is not there is 404', async (method, path) => {
  const answer = await call(method, path, method === 'PUT' ? shop(404) : undefined);
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not-found', id: expect.any(String) } } });
});
