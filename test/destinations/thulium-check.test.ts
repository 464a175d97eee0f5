import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { thulium } from '../../src/destinations/thulium/thulium-destination.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import { startThulium, type ThuliumSimulator } from '../simulators/thulium-simulator.ts';

const LOGIN = { apiUser: 'api_user', apiPassword: 'canary-password' };

let simulator: ThuliumSimulator;
let http: HttpClient;

beforeAll(async () => {
  simulator = await startThulium({ ...LOGIN, queues: [{ id: 3, name: 'Website' }] });
  http = createHttpClient({ allowPrivateAddresses: true });
});
beforeEach(() => {
  simulator.faults.clear();
  simulator.setPermissions('*');
});
afterAll(async () => {
  http.close();
  await simulator.close();
});

function check(settings: object = {}, client = http) {
  const given = { baseUrl: simulator.url, ...LOGIN, chatQueueId: 3, ...settings };
  return thulium.open(given, { http: client, now: () => new Date() }).destination.check();
}

const answer = (status: number, body: string | object = {}, headers: Record<string, string> = {}) =>
  simulator.faults.add({ match: { path: /queues/ }, kind: 'status', status, body, headers });

test('Good settings are found to work, and leave no trace', async () => {
  const findings = await check();
  expect(findings.map(({ ok, code }) => ({ ok, code }))).toEqual([
    { ok: true, code: 'works' },
    { ok: true, code: 'works' },
  ]);
  expect(simulator.ledger.entries()).toEqual([]);
});

test('A wrong password names the password', async () => {
  expect(await check({ apiPassword: 'wrong' })).toEqual([
    expect.objectContaining({ ok: false, field: 'apiPassword', code: 'credentials-refused' }),
  ]);
});

test('A missing right names the method', async () => {
  simulator.setPermissions(['chats']);
  const [finding] = await check();
  expect(finding).toMatchObject({ ok: false, field: 'apiUser', code: 'permission-missing' });
  expect(finding?.sentence).toContain('chats/queues');
});

test('An unknown queue names the ones there are', async () => {
  const [finding] = await check({ chatQueueId: 9 });
  expect(finding).toMatchObject({ ok: false, field: 'chatQueueId', code: 'unknown-choice' });
  expect(finding?.sentence).toContain('3 (Website)');
});

test.each([
  ['a bare list with the other name of the id', [{ chat_queue_id: '3' }]],
  ['a list in an envelope', { count: 1, result: [{ id: 3, name: 'Website' }] }],
])('Queues are read from %s', async (_name, body) => {
  answer(200, body);
  expect((await check()).every(({ ok }) => ok)).toBe(true);
  answer(200, body);
  expect(await check({ chatQueueId: 9 })).toMatchObject([{ field: 'chatQueueId' }]);
});

test('A list of a shape nobody knows leaves the queue untested, not refused', async () => {
  answer(200, { queues: 'three' });
  expect(await check()).toMatchObject([
    { ok: true, code: 'works' },
    { ok: true, code: 'not-testable' },
  ]);
});

test.each([
  ['a redirect', 301, {}, 'redirected'],
  ['trouble on its side', 502, {}, 'server-error'],
  ['too many calls', 429, {}, 'rate-limited'],
  ['no such path', 404, {}, 'bad-answer'],
  ['a web page', 200, '<html></html>', 'bad-answer'],
])('%s names the address', async (_name, status, body, code) => {
  answer(status, body, { location: 'https://elsewhere.example/' });
  expect(await check()).toEqual([expect.objectContaining({ ok: false, field: 'baseUrl', code })]);
});

test('An address nobody listens at, and one that is private, name the address', async () => {
  expect(await check({ baseUrl: 'http://127.0.0.1:1/api' })).toMatchObject([{ field: 'baseUrl', code: 'unreachable' }]);
  const guarded = createHttpClient({ allowPrivateAddresses: false });
  expect(await check({}, guarded)).toMatchObject([{ ok: false, field: 'baseUrl', code: 'address-refused' }]);
  guarded.close();
});

test('No finding repeats a credential', async () => {
  const findings = [...(await check()), ...(await check({ apiPassword: 'canary-wrong' }))];
  expect(JSON.stringify(findings)).not.toMatch(/canary|api_user/);
});

test.each([
  ['acme', 'https://acme.thulium.com/api'],
  [' ACME ', 'https://acme.thulium.com/api'],
  ['acme.thulium.com', 'https://acme.thulium.com/api'],
  ['https://acme.thulium.com/', 'https://acme.thulium.com/api'],
  ['https://acme.thulium.com/api/', 'https://acme.thulium.com/api'],
  ['https://chat.example/thulium/api', 'https://chat.example/thulium/api'],
  ['not a name', undefined],
  ['ftp://acme.thulium.com', undefined],
  ['https://a:b@acme.thulium.com/api', undefined],
])('The system typed as %j is %s', (typed, address) => {
  const field = thulium.installer.fields.find(({ id }) => id === 'thulium_system');
  expect(field?.form.safeParse(typed).data).toBe(address);
});
