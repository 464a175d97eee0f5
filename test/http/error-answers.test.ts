import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Router } from 'express';
import request from 'supertest';
import { createApp } from '../../src/http/app.ts';
import { HttpError } from '../../src/http/errors.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => void (service = await startTestService()));
afterAll(() => service.stop());

const post = (path: string, contentType: string, body: string) =>
  request(service.url)
    .post(path)
    .set({ Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': contentType })
    .send(body);

const answerOf = (code: string, more: object = {}) => ({
  error: { code, message: expect.any(String), id: expect.any(String), ...more },
});

describe('Bad input is answered with a code, a sentence and an id', () => {
  test.each(['/nowhere', '/', '/healthz', '/%00'])('an unknown path, %s: 404', async (path) => {
    const answer = await request(service.url).get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(answerOf('not-found'));
  });

  test('a path with an id that is no percent-encoding: 404', async () => {
    const call = request(service.url).get('/admin/api/installations/%E0%A4%A');
    const answer = await call.set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(answerOf('not-found'));
  });

  test('a known path with another method: 404', async () => {
    expect((await request(service.url).post('/health')).status).toBe(404);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    '%s: 415',
    async (contentType) => {
      const answer = await post('/admin/api/installations', contentType, '{}');
      expect(answer.status).toBe(415);
      expect(answer.body).toEqual(answerOf('unsupported-content-type'));
    },
  );

  test.each(['', '{', 'not json', '{"a":1}}'])('JSON that does not parse, %j: 400', async (body) => {
    const answer = await post('/admin/api/installations', 'application/json', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(answerOf('invalid-json'));
  });

  test('a value that does not fit: 422, naming the field and repeating nothing', async () => {
    const answer = await post('/admin/api/installations', 'application/json', '{"platform":"canary","websiteId":1}');
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(answerOf('invalid-input', { field: 'platform' }));
    expect(answer.text).not.toContain('canary');
  });

  test('settings over their limit: 413', async () => {
    const answer = await post('/admin/api/installations', 'application/json', ' '.repeat(1024 * 1024 + 1));
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(answerOf('body-too-large'));
  });
});

test('An answer says nothing about the software it comes from', async () => {
  const { headers } = await request(service.url).get('/health');
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers).not.toHaveProperty('etag');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
});

test('too many at once: 429, and when to come back', async () => {
  const router = Router().get('/busy', () => {
    throw new HttpError('too-many-requests', 'Try again in a minute.');
  });
  const answer = await request(createApp(createLogger({ level: 'silent' }), [router])).get('/busy');
  expect(answer.status).toBe(429);
  expect(answer.headers['retry-after']).toBe('60');
  expect(answer.body).toEqual(answerOf('too-many-requests'));
});
