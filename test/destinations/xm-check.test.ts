import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { xm } from '../../src/destinations/xm/xm-destination.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import { startXm, type XmSimulator } from '../simulators/xm-simulator.ts';

let simulator: XmSimulator;
let http: HttpClient;

beforeAll(async () => {
  simulator = await startXm();
  http = createHttpClient({ allowPrivateAddresses: true });
});
beforeEach(() => simulator.faults.clear());
afterAll(async () => {
  http.close();
  await simulator.close();
});

function check(settings: object = {}, client = http) {
  const captcha = { strategy: 'fixed', captchaId: 'c-agreed', captcha: 'canary-captcha' };
  const given = { baseUrl: simulator.url, departmentId: 2, captcha, ...settings };
  return xm.open(given, { http: client, now: () => new Date() }).destination.check();
}

const answer = (status: number, body: string | object = {}) =>
  simulator.faults.add({ match: { path: /version/ }, kind: 'status', status, body });

test('Good settings work; the captcha is said to be untried; no chat comes of it', async () => {
  const findings = await check();
  expect(findings).toMatchObject([
    { ok: true, code: 'works' },
    { ok: true, code: 'not-testable' },
  ]);
  expect(findings[1]?.sentence).toContain('captcha');
  expect(JSON.stringify(findings)).not.toContain('canary');
  expect(simulator.ledger.entries()).toEqual([]);
});

test('A department XM does not have is named, with those it has', async () => {
  const [finding] = await check({ departmentId: 4 });
  expect(finding).toMatchObject({ ok: false, field: 'departmentId', code: 'unknown-choice' });
  expect(finding?.sentence).toContain('2 (Live assistance (iptp.net))');
});

test.each([
  ['a redirect', 302, {}, 'redirected'],
  ['trouble on its side', 500, {}, 'server-error'],
  ['no such path', 404, {}, 'bad-answer'],
  ['a web page', 200, '<!doctype html>', 'bad-answer'],
])('%s names the address', async (_name, status, body, code) => {
  answer(status, body);
  expect((await check()).filter(({ ok }) => !ok)).toMatchObject([{ field: 'baseUrl', code }]);
});

test('A version of any form counts as an answer', async () => {
  answer(200, '4.28.0');
  expect((await check()).every(({ ok }) => ok)).toBe(true);
});

test('An address nobody listens at, and one that is private, name the address', async () => {
  expect(await check({ baseUrl: 'http://127.0.0.1:1/xm' })).toMatchObject([
    { field: 'baseUrl', code: 'unreachable' },
    {},
  ]);
  const guarded = createHttpClient({ allowPrivateAddresses: false });
  expect(await check({}, guarded)).toMatchObject([{ field: 'baseUrl', code: 'address-refused' }, {}]);
  guarded.close();
});

const faults = async (settings: object = {}) => (await check(settings)).filter(({ ok }) => !ok);

test('An address without its "/xm" is told apart from one that cannot be reached', async () => {
  const [finding] = await faults({ baseUrl: simulator.url.replace(/\/xm$/, '') });
  expect(finding).toMatchObject({ field: 'baseUrl', code: 'bad-answer' });
  expect(finding?.sentence).toContain('/xm');
});

test.each([-90_000, 90_000])('A clock that is %d ms off is named', async (ms) => {
  simulator.clockSkewMs = ms;
  const found = await faults();
  simulator.clockSkewMs = 0;
  expect(found).toMatchObject([{ field: '', code: 'clock-skew' }]);
  expect(found[0]?.sentence).toMatch(ms > 0 ? /(89|90|91) s ahead of/ : /(89|90|91) s behind/);
  simulator.clockSkewMs = Math.sign(ms) * 50_000;
  const fine = await faults();
  simulator.clockSkewMs = 0;
  expect(fine).toEqual([]);
});

test('With an operator the captcha call is tried, and named when it fails', async () => {
  const captcha = { strategy: 'operator' };
  expect(await check({ captcha })).toMatchObject([{ code: 'works' }, { code: 'works' }, { code: 'not-testable' }]);
  const match = { path: /\/captcha$/ };
  simulator.faults.add({ match, kind: 'status', status: 500 });
  expect(await faults({ captcha })).toMatchObject([{ field: 'captcha.strategy', code: 'server-error' }]);
  simulator.faults.add({ match, kind: 'status', status: 200, body: {} });
  expect(await faults({ captcha })).toMatchObject([{ field: 'captcha.strategy', code: 'bad-answer' }]);
});

test('Captchas for the visitor are not supported yet, and the check says so', async () => {
  const [finding] = await faults({ captcha: { strategy: 'visitor' } });
  expect(finding).toMatchObject({ field: 'captcha.strategy', code: 'challenge-unsupported' });
});

test('A fixed pair needs both its halves; the other strategies need none', () => {
  const settings = (captcha: object) => xm.settings.safeParse({ baseUrl: simulator.url, captcha });
  const missing = settings({ strategy: 'fixed', captchaId: 'c' }).error?.issues.map(({ path }) => path.join('.'));
  expect(missing).toEqual(['captcha.captcha']);
  expect(settings({ strategy: 'operator' }).success).toBe(true);
  expect(settings({ strategy: 'visitor' }).success).toBe(true);
  expect(settings({ strategy: 'machine' }).success).toBe(false);
});
