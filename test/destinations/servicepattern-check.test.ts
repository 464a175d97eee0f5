import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { servicepatternInstaller } from '../../src/destinations/servicepattern/installer.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import { servicepattern } from '../../src/destinations/servicepattern/servicepattern-destination.ts';
import { type ServicepatternSimulator, startServicepattern } from '../simulators/servicepattern-simulator.ts';

const KNOWN = { tenantUrl: 'acme.brightpattern.com', appId: 'app-1' };

let simulator: ServicepatternSimulator;
let http: HttpClient;

beforeAll(async () => {
  simulator = await startServicepattern(KNOWN);
  http = createHttpClient({ allowPrivateAddresses: true });
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  http.close();
  await simulator.close();
});

const check = (settings: Record<string, string> = {}) =>
  servicepatternInstaller.check({ baseUrl: simulator.url, ...KNOWN, ...settings }, http);

test.each([true, false])('Good settings work, whether it is open (%s) or not', async (open) => {
  simulator.switches.open = open;
  const closed = { ok: true, code: 'unavailable' };
  expect(await check()).toMatchObject([{ ok: true, code: 'works' }, ...(open ? [] : [closed])]);
});

test('The check of an installed one is the same, and with v2 asks for that version', async () => {
  const dependencies = { http, now: () => new Date() };
  const findings = (settings: object) =>
    servicepattern.open({ baseUrl: simulator.url, ...KNOWN, ...settings }, dependencies).destination.check();
  expect(await findings({ appId: 'app-2' })).toMatchObject([{ ok: false, field: 'appId' }]);
  expect(await findings({ apiVersion: 'v2' })).toMatchObject([{ ok: true, code: 'works' }]);
  simulator.switches.versions = ['v1'];
  expect(await findings({ apiVersion: 'v2' })).toMatchObject([{ ok: false, field: 'apiVersion' }]);
});

test.each([-90_000, 90_000])('A clock that is %d ms off is named, to the operator only', async (ms) => {
  const { destination } = servicepattern.open({ baseUrl: simulator.url, ...KNOWN }, { http, now: () => new Date() });
  simulator.clockSkewMs = ms;
  const found = (await destination.check()).filter(({ ok }) => !ok);
  expect(found).toMatchObject([
    { field: '', code: 'clock-skew', sentence: expect.stringMatching(/ (8[89]|9[012]) s /) },
  ]);
  expect((await check()).every(({ ok }) => ok)).toBe(true);
  simulator.clockSkewMs = Math.sign(ms) * 50_000;
  expect((await destination.check()).every(({ ok }) => ok)).toBe(true);
});

test('Parameters of the entry that stay empty are counted for the operator', async () => {
  const { destination } = servicepattern.open({ baseUrl: simulator.url, ...KNOWN }, { http, now: () => new Date() });
  simulator.switches.expectedParameters = { order: 'TEXT', mail: 'EMAIL', url: 'TEXT', firm: 'COMPANY' };
  expect(await destination.check()).toMatchObject([
    { ok: true, code: 'works' },
    { ok: true, code: 'unknown-parameters', sentence: expect.stringContaining('expects 2 parameter(s)') },
  ]);
  simulator.switches.expectedParameters = undefined;
  expect(await destination.check()).toMatchObject([{ code: 'works' }]);
});

test.each([401, 403] as const)('The field at fault is told by the code, with HTTP %s alike', async (status) => {
  simulator.switches.refusalStatus = status;
  expect(await check({ tenantUrl: 'other.example' })).toMatchObject([{ ok: false, field: 'tenantUrl' }]);
  expect(await check({ appId: 'app-2' })).toMatchObject([{ ok: false, field: 'appId' }]);
});

test.each([
  ['a refusal without a code', 403, {}, 'appId', 'credentials-refused'],
  ['a code as a number', 400, { error_code: 1000 }, 'tenantUrl', 'credentials-refused'],
  ['trouble on its side', 500, { error_code: '5500' }, 'baseUrl', 'server-error'],
  ['no such path', 404, {}, 'baseUrl', 'bad-answer'],
  ['something else', 200, '<html>', 'baseUrl', 'bad-answer'],
])('%s names %s %s', async (_name, status, body, field, code) => {
  simulator.faults.add({ match: { path: /availability/ }, kind: 'status', status, body });
  expect(await check()).toMatchObject([{ ok: false, field, code }]);
});

test('An address nobody listens at names the address', async () => {
  const findings = await check({ baseUrl: 'http://127.0.0.1:1/clientweb/api' });
  expect(findings).toMatchObject([{ field: 'baseUrl', code: 'unreachable' }]);
});

test('What is not known yet is not asked about', async () => {
  expect(await servicepatternInstaller.check({ baseUrl: simulator.url }, http)).toEqual([]);
});

test.each([
  ['servicepattern_base_url', 'https://acme.brightpattern.com', 'https://acme.brightpattern.com/clientweb/api'],
  ['servicepattern_base_url', 'https://host:9443/clientweb/api/v2', 'https://host:9443/clientweb/api'],
  ['servicepattern_base_url', 'acme', undefined],
  ['servicepattern_tenant_url', 'https://acme.brightpattern.com/', 'acme.brightpattern.com'],
  ['servicepattern_tenant_url', 'acme/x?y', undefined],
  ['servicepattern_app_id', 'a"b', undefined],
])('%s typed as %j is %s', (id, typed, read) => {
  const field = servicepatternInstaller.fields.find((candidate) => candidate.id === id);
  expect(field?.form.safeParse(typed).data).toBe(read);
});
