import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { SECRET } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => void (service = await startTestService()));
afterAll(() => service.stop());

const body = JSON.stringify(conversationStarted({ platform: 'ha', websiteId: 123, conversationId: 1 }));

const webhook = (signature: string) =>
  request(service.url)
    .post('/iadvize/webhooks')
    .set({ 'Content-Type': 'application/json', 'X-iAdvize-Signature': signature })
    .send(body);

/** Those that no answer has by itself. */
const securityHeaders = (answer: { headers: Record<string, string> }) =>
  Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => /^(x-|cross-|content-sec|referrer|strict|origin)/.test(name)),
  );

test('every answer has the headers of helmet: a stored webhook, a refused one, and what nobody answers', async () => {
  const probe = securityHeaders(await request(service.url).get('/live'));
  expect(probe['x-content-type-options']).toBe('nosniff');
  expect(probe['content-security-policy']).toContain("default-src 'self'");
  expect(Object.keys(probe).length).toBeGreaterThan(10);

  const stored = await webhook(signBody(SECRET, body));
  expect([stored.status, stored.body]).toEqual([202, { status: 'quarantined' }]);
  expect(securityHeaders(stored)).toEqual(probe);

  const refused = await webhook(signBody('another secret', body));
  expect(refused.status).toBe(401);
  expect(securityHeaders(refused)).toEqual(probe);

  const nowhere = await request(service.url).get('/nowhere');
  expect(nowhere.status).toBe(404);
  expect(securityHeaders(nowhere)).toEqual(probe);
});

test('who asks with OPTIONS is told nothing of the paths behind a signature', async () => {
  const answer = await request(service.url).options('/iadvize/webhooks');
  expect([answer.status, answer.headers['allow']]).toEqual([401, undefined]);
});
