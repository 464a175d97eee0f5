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
