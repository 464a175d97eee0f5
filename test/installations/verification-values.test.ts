import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { looksLikeFeed } from '../../src/installations/verification/catalogue-check.ts';
import { REST_KEY, SERVICEPATTERN, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { FEED, startVerificationWorld, type VerificationWorld } from './verification-world.ts';

let world: VerificationWorld;

beforeAll(async () => void (world = await startVerificationWorld()));
beforeEach(() => {
  for (const { faults } of [world.thulium, world.xm, world.rest, world.servicepattern, world.shop]) faults.clear();
});
afterAll(() => world.stop());

const nobody = 'http://127.0.0.1:1';

test('Good values of both steps are valid, asked live, and store nothing without a key', async () => {
  const before = await installationRows();
  expect(await world.faultyFields('authentication', world.good.authentication)).toEqual([]);
  expect(await world.faultyFields('settings', world.good.settings)).toEqual([]);
  expect(world.thulium.requests.entries().some(({ path }) => path === '/api/chats/queues')).toBe(true);
  expect(world.xm.requests.entries().some(({ path }) => path === '/xm/version')).toBe(true);
  expect(world.servicepattern.requests.entries().some(({ path }) => path.endsWith('/availability'))).toBe(true);
  expect(world.rest.requests.entries().some(({ path }) => path === '/api/2/operator')).toBe(true);
  expect(await installationRows()).toEqual(before);
});

const installationRows = () => world.service.database.query('SELECT id, updated_at FROM installation');

describe('A wrong value names its field', () => {
  test.each([
    ['thulium_api_password', 'wrong'],
    ['thulium_system', `${nobody}/api`],
    ['thulium_system', 'not a name'],
    ['xm_base_url', `${nobody}/xm`],
    ['xm_base_url', 'xm'],
    ['servicepattern_base_url', nobody],
    ['servicepattern_tenant_url', 'other.example'],
    ['servicepattern_app_id', 'other'],
    ['iadvize_api_key', 'wrong'],
    ['iadvize_api_key', 'with blanks'],
  ])('authentication: %s = %s', async (field, value) => {
    expect(await world.faultyFields('authentication', { ...world.good.authentication, [field]: value })).toEqual([
      field,
    ]);
  });

  test.each([
    ['thulium_chat_queue_id', 'sales'],
    ['xm_department_id', '4'],
    ['catalogue_url', `${nobody}/feed.xml`],
    ['catalogue_url', 'feed.xml'],
    ['currency', 'EURO'],
    ['currency', 'EUE'],
    ['locale', 'french'],
  ])('settings: %s = %s', async (field, value) => {
    expect(await world.faultyFields('settings', { ...world.good.settings, [field]: value })).toEqual([field]);
  });

  test('every one of several at once', async () => {
    const values = {
      ...world.good.authentication,
      thulium_api_user: 'wrong',
      xm_base_url: nobody,
      iadvize_api_key: 'x',
    };
    const fields = await world.faultyFields('authentication', values);
    expect(fields.sort()).toEqual(['iadvize_api_key', 'thulium_api_password', 'xm_base_url']);
  });
});

test('A field may arrive in either step', async () => {
  const thulium = { ...world.good.authentication, thulium_chat_queue_id: '9' };
  expect(await world.faultyFields('authentication', thulium)).toEqual(['thulium_chat_queue_id']);
  expect(await world.faultyFields('settings', { iadvize_api_key: 'wrong' })).toEqual(['iadvize_api_key']);
});

test('A system begun and left half empty is asked to be completed; one left empty is not', async () => {
  const half = {
    ...world.good.authentication,
    thulium_api_password: '',
    xm_base_url: '',
    xm_captcha_id: '',
    xm_captcha: ' ',
  };
  expect(await world.faultyFields('authentication', half)).toEqual(['thulium_api_password']);
});

test('A missing right of the Thulium user names the method', async () => {
  const rights = ['start', 'message', 'stop'].map((method) => `chat_conversations/${method}`);
  world.thulium.setPermissions(['chats', ...rights]);
  const { body } = await world.verify('authentication', world.good.authentication);
  world.thulium.setPermissions('*');
  expect(body.errors).toEqual([
    {
      code: 'permission-missing',
      parameterKey: 'thulium_api_user',
      description: expect.stringContaining('chats/queues'),
    },
  ]);
});

describe('The catalogue’s address', () => {
  const answer = (status: number, body: string | object = '', headers: Record<string, string> = {}) =>
    world.shop.faults.add({ match: { path: /feed/ }, kind: 'status', status, body, headers });
  const verify = async () => {
    const { body } = await world.verify('settings', { catalogue_url: world.shop.url });
    return body.errors?.map(({ code, parameterKey }) => `${parameterKey}: ${code}`);
  };

  test.each([
    ['a missing page', 404, '', 'request-refused'],
    ['a page behind a login', 403, '', 'permission-missing'],
    ['a redirect', 302, '', 'redirected'],
    ['trouble at the shop', 503, '', 'server-error'],
    ['a web page', 200, '<!doctype html><html><body>Shop</body></html>', 'not-a-feed'],
    ['nothing', 200, '', 'not-a-feed'],
  ])('%s is refused', async (_name, status, body, code) => {
    answer(status, body);
    expect(await verify()).toEqual([`catalogue_url: ${code}`]);
  });

  test('a feed of any length is read at its beginning only', async () => {
    answer(200, FEED + '<item><g:id>1</g:id></item>'.repeat(400_000));
    expect(await verify()).toEqual([]);
  });

  test.each([
    ['RSS', FEED, true],
    ['RSS behind a byte order mark', `\uFEFF${FEED}`, true],
    ['Atom', '<feed xmlns="http://www.w3.org/2005/Atom">', true],
    ['TSV', 'id\ttitle\tlink\tprice\n1\tShoe', true],
    ['CSV with quotes', '"id";"title";"price"\r\n', true],
    ['JSON', '[{"id":"1","title":"Shoe"}]', true],
    ['NDJSON', '{"id":"1","title":"Shoe"}\n{"id":"2"', true],
    ['HTML', '<html><head>', false],
    ['text', 'Hello, this is our shop', false],
    ['CSV of something else', 'name,phone\n', false],
  ])('%s', (_name, text, isFeed) => {
    expect(looksLikeFeed(Buffer.from(text))).toBe(isFeed);
    expect(looksLikeFeed(gzipSync(text))).toBe(isFeed);
  });

  test('a zipped feed may be cut anywhere; zipped rubbish is no feed', () => {
    const zipped = gzipSync(
      FEED + Array.from({ length: 2000 }, (_, n) => `<item><g:id>${n * 7919}</g:id></item>`).join(''),
    );
    expect(looksLikeFeed(zipped.subarray(0, zipped.length / 2))).toBe(true);
    expect(looksLikeFeed(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toBe(false);
  });
});

test('No typed value reaches the log', async () => {
  const typed = { ...world.good.authentication, thulium_api_password: 'canary-wrong', installation_key: 'canary-key' };
  await world.verify('authentication', typed);
  await world.verify('settings', { ...world.good.settings, catalogue_url: `${world.shop.url}?token=canary-url` });
  for (const secret of [THULIUM_LOGIN.apiPassword, REST_KEY, SERVICEPATTERN.appId, 'canary', world.shop.url]) {
    expect(world.service.logs()).not.toContain(secret);
  }
});
