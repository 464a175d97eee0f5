import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => void (service = await startTestService()));
afterAll(() => service.stop());

const CALLS = [
  ['get', '/admin'],
  ['get', '/admin/'],
  ['get', '/ADMIN/api/installations'],
  ['get', '/admin/api/installations'],
  ['post', '/admin/api/installations'],
  ['get', '/admin/api/installations/ha-1'],
  ['put', '/admin/api/installations/ha-1'],
  ['delete', '/admin/api/installations/ha-1'],
  ['post', '/admin/api/installations/ha-1/key'],
  ['get', '/admin/api/events'],
  ['get', '/admin/api/deliveries'],
  ['get', '/admin/nowhere'],
  ['get', '/metrics'],
] as const;

const TOKENS = [
  ['no header', undefined],
  ['an empty header', ''],
  ['the token alone', ADMIN_TOKEN],
  ['another scheme', `Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}`],
  ['no token', 'Bearer '],
  ['another token', 'Bearer another-token'],
  ['one character too few', `Bearer ${ADMIN_TOKEN.slice(0, -1)}`],
  ['one character too many', `Bearer ${ADMIN_TOKEN}0`],
  ['capitals', `Bearer ${ADMIN_TOKEN.toUpperCase()}`],
  ['the token and more', `Bearer ${ADMIN_TOKEN} ${ADMIN_TOKEN}`],
] as const;

describe.each(CALLS)('%s %s', (method, path) => {
  test.each(TOKENS)('with %s is refused with 401', async (_what, authorization) => {
    const call = request(service.url)[method](path);
    const answer = await (authorization === undefined ? call : call.set('Authorization', authorization));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.body).toEqual({
      error: { code: 'unauthorized', message: expect.any(String), id: expect.any(String) },
    });
    expect(answer.text).not.toContain(ADMIN_TOKEN);
  });
});

test.each(['Bearer', 'bearer', 'BEARER'])('With the token behind %s, the call goes through', async (scheme) => {
  const answer = await request(service.url).get('/admin/api/events').set('Authorization', `${scheme} ${ADMIN_TOKEN}`);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ items: [], nextCursor: null });
});

test('The token is not in the log', () => {
  expect(service.logs()).not.toContain(ADMIN_TOKEN);
});
