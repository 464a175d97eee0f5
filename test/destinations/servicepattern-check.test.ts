import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { servicepatternInstaller } from '../../src/destinations/servicepattern/availability-check.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import {
  type ServicepatternAvailability,
  startServicepatternAvailability,
} from '../simulators/servicepattern-availability.ts';

const KNOWN = { tenantUrl: 'acme.brightpattern.com', appId: 'app-1' };

let simulator: ServicepatternAvailability;
let http: HttpClient;

beforeAll(async () => {
  simulator = await startServicepatternAvailability(KNOWN);
  http = createHttpClient({ allowPrivateAddresses: true });
});
beforeEach(() => {
  simulator.faults.clear();
  Object.assign(simulator, { open: true, refusalStatus: 401 });
});
afterAll(async () => {
  http.close();
  await simulator.close();
});

const check = (settings: Record<string, string> = {}) =>
  servicepatternInstaller.check({ baseUrl: simulator.url, ...KNOWN, ...settings }, http);

test.each([true, false])('Good settings work, whether it is open (%s) or not', async (open) => {
  simulator.open = open;
  expect(await check()).toMatchObject([{ ok: true, code: 'works' }]);
});

test.each([401, 403] as const)('The field at fault is told by the code, with HTTP %s alike', async (status) => {
  simulator.refusalStatus = status;
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
