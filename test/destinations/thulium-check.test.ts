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

test('3: a wrong password names the password, and nothing else', async () => {
  expect(await check({ apiPassword: 'wrong' })).toEqual([
    expect.objectContaining({ ok: false, field: 'apiPassword', code: 'credentials-refused' }),
  ]);
});

test.each([
  'chats/queues',
  'chats',
  'chat_conversations/start',
  'chat_conversations/message',
  'chat_conversations/stop',
])('4: the missing right to %s is named, and only that one', async (missing) => {
  const all = [
    'chats/queues',
    'chats',
    'chat_conversations/start',
    'chat_conversations/message',
    'chat_conversations/stop',
  ];
  simulator.setPermissions(all.filter((right) => right !== missing));
  const faults = (await check()).filter(({ ok }) => !ok);
  expect(faults).toMatchObject([{ field: 'apiUser', code: 'permission-missing' }]);
  expect(faults[0]?.sentence).toContain(`the method ${missing}.`);
  expect(simulator.ledger.entries()).toEqual([]);
});

test('Every missing right has a finding of its own', async () => {
  simulator.setPermissions([]);
  const findings = await check();
  expect(findings.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'permission-missing'));
});

test('Where a missing right is answered with 401, it is not taken for a wrong password', async () => {
  const match = { method: 'POST', path: /\/start$/ };
  simulator.faults.add({ match, kind: 'status', status: 401 });
  const faults = (await check()).filter(({ ok }) => !ok);
  expect(faults).toMatchObject([{ field: 'apiUser', code: 'permission-missing' }]);
  expect(faults[0]?.sentence).toContain('chat_conversations/start');
});

test('Trouble of its own with a call that makes no sense leaves that right untested', async () => {
  simulator.faults.add({ match: { method: 'POST', path: /\/stop$/ }, kind: 'status', status: 500 });
  const findings = await check();
  expect(findings.every(({ ok }) => ok)).toBe(true);
  expect(findings[0]).toMatchObject({ code: 'not-testable' });
  expect(findings[0]?.sentence).toContain('chat_conversations/stop');
});

test('A list of chats that does not work is a fault: nothing could be received', async () => {
  simulator.faults.add({ match: { method: 'GET', path: /\/chats$/ }, kind: 'status', status: 500 });
  expect(await check()).toMatchObject([{ ok: false, field: 'baseUrl', code: 'server-error' }, { code: 'works' }]);
});

test('A system that starts a chat without a queue is left without one', async () => {
  const body = { conversation_id: 'c-1' };
  simulator.faults.add({ match: { method: 'POST', path: /\/start$/ }, kind: 'status', status: 200, body });
  await check();
  const stops = simulator.requests.entries().filter(({ path }) => path.endsWith('/c-1/stop'));
  expect(stops).toHaveLength(1);
});

test('A clock that is two hours off is a finding, of the doctor only', async () => {
  simulator.setClockSkew(2 * 3_600_000);
  try {
    expect((await check()).filter(({ ok }) => !ok)).toMatchObject([{ field: '', code: 'clock-skew' }]);
    const known = { baseUrl: simulator.url, ...LOGIN, chatQueueId: 3 };
    expect((await thulium.installer.check(known, http)).every(({ ok }) => ok)).toBe(true);
  } finally {
    simulator.setClockSkew(0);
  }
});

test('An unknown queue names the ones there are', async () => {
  const [, finding] = await check({ chatQueueId: 9 });
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
  expect((await check({ chatQueueId: 9 })).filter(({ ok }) => !ok)).toMatchObject([{ field: 'chatQueueId' }]);
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
