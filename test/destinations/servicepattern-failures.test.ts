import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, type ServicepatternWorld, startServicepatternWorld } from '../support/servicepattern-world.ts';

let world: ServicepatternWorld;

beforeAll(async () => void (world = await startServicepatternWorld()));
beforeEach(() => world.simulator.reset());
afterAll(() => world.stop());

const EVENTS = { method: 'POST', path: /\/events$/ };
const HISTORY = { method: 'GET', path: /\/history$/ };

describe('An error code decides, whatever the HTTP status', () => {
  test.each([
    ['1000', 400, 'refused', 'refused', 'credentials-refused'],
    ['2000', 401, 'refused', 'refused', 'credentials-refused'],
    ['2001', 403, 'refused', 'refused', 'credentials-refused'],
    ['2002', 401, 'refused', 'refused', 'credentials-refused'],
    ['2003', 401, 'refused', 'refused', 'credentials-refused'],
    ['2004', 403, 'refused', 'refused', 'credentials-refused'],
    ['3000', 401, 'refused', 'refused', 'credentials-refused'],
    ['5000', 503, 'unknown', 'notSent', 'server-error'],
    ['5001', 503, 'notSent', 'notSent', 'unavailable'],
    ['5003', 400, 'refused', 'refused', 'request-refused'],
    ['5004', 500, 'unknown', 'notSent', 'server-error'],
    ['5005', 400, 'gone', 'gone', 'chat-over'],
    ['5006', 404, 'refused', 'refused', 'credentials-refused'],
    ['5500', 500, 'unknown', 'notSent', 'server-error'],
    ['5509', 400, 'throttled', 'throttled', 'rate-limited'],
    ['5558', 400, 'unknown', 'notSent', 'server-error'],
    ['5955', 400, 'unknown', 'notSent', 'server-error'],
  ])('%s with HTTP %i: a write is %s, a read is %s', async (code, status, writing, reading, reason) => {
    const { say, listener } = await world.open();
    // As a number in one answer and as text in the other (contract 1.1).
    world.simulator.faults.add({ match: EVENTS, kind: 'status', status, body: { error_code: Number(code) } });
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status, body: { error_code: code } });
    expect(await failureOf(say('hello'))).toMatchObject({ kind: writing, code: reason, httpStatus: status });
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: reading, code: reason, httpStatus: status });
  });
});

describe('Without a code the HTTP status decides', () => {
  test.each([
    [400, 'refused', 'request-refused'],
    [401, 'refused', 'credentials-refused'],
    [403, 'refused', 'credentials-refused'],
    [404, 'gone', 'chat-over'],
    [406, 'refused', 'request-refused'],
    [429, 'throttled', 'rate-limited'],
    [500, 'unknown', 'server-error'],
    [503, 'unknown', 'server-error'],
  ])('%i on a write is %s', async (status, kind, code) => {
    const { say } = await world.open();
    world.simulator.faults.add({ match: EVENTS, kind: 'status', status });
    expect(await failureOf(say('hello'))).toMatchObject({ kind, code, httpStatus: status });
  });

  test('404 to a request for a chat is a wrong address: nothing can be over before it began', async () => {
    world.simulator.faults.add({ match: { method: 'POST', path: /\/chats$/ }, kind: 'status', status: 404 });
    expect(await failureOf(world.open())).toMatchObject({ kind: 'refused', code: 'request-refused' });
  });

  test('A start whose answer names no chat is in doubt', async () => {
    const match = { method: 'POST', path: /\/chats$/ };
    world.simulator.faults.add({ match, kind: 'status-after', status: 200, body: { state: 'queued' } });
    expect(await failureOf(world.open())).toMatchObject({ kind: 'unknown', code: 'bad-answer' });
  });
});

test('A failure quotes nothing of the answer', async () => {
  const { say } = await world.open();
  const body = { error_code: '5003', error_message: 'Ana Ruiz <ana@example.org>' };
  world.simulator.faults.add({ match: EVENTS, kind: 'status', status: 400, body });
  const failure = await failureOf(say('hello'));
  expect(`${failure.message} ${JSON.stringify(failure)}`).not.toContain('ana');
});

test.each([
  ['a scheme', { tenantUrl: 'https://acme.brightpattern.com/' }],
  ['a version', { baseUrl: 'https://acme.brightpattern.com/clientweb/api/v2' }],
])('Settings with %s are brought into their form', async (_name, settings) => {
  const { servicepatternSettings } = await import('../../src/destinations/servicepattern/definition.ts');
  const access = { baseUrl: 'https://acme.brightpattern.com', tenantUrl: 'acme.brightpattern.com', appId: 'app-1' };
  expect(servicepatternSettings.parse({ ...access, ...settings })).toMatchObject({
    baseUrl: 'https://acme.brightpattern.com/clientweb/api',
    tenantUrl: 'acme.brightpattern.com',
    apiVersion: 'v1',
    textLimit: 4_000,
    pollTimeoutMs: 25_000,
    afterAbortMs: 500,
    duplicatePollPauseMs: 15_000,
    pollRetryBaseMs: 2_000,
    pollRetryMaxMs: 30_000,
    fileLimitBytes: 25 * 1024 * 1024,
  });
  expect(servicepatternSettings.safeParse({ ...access, appId: 'a"b' }).success).toBe(false);
});
