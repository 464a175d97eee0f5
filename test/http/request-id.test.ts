import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let service: TestService;

beforeAll(async () => void (service = await startTestService()));
afterAll(() => service.stop());

/** The lines of one request; they are written when the answer is closed. */
function linesOf(requestId: string): Promise<Record<string, unknown>[]> {
  const read = () => {
    const lines = service.logs().trim().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    return parsed.filter((line) => line['requestId'] === requestId);
  };
  return eventually(read, (lines) => lines.length > 0);
}

const idOf = (body: unknown): string => (body as { error: { id: string } }).error.id;

describe('X-iAdvize-Delivery', () => {
  test('is the id of the request in the one line it leaves in the log', async () => {
    const deliveryId = crypto.randomUUID();
    const body = JSON.stringify(conversationStarted());
    const answer = await request(service.url)
      .post('/iadvize/webhooks')
      .set({ 'X-iAdvize-Delivery': deliveryId, 'X-iAdvize-Signature': signBody(SECRET, body) })
      .type('json')
      .send(body);
    expect(answer.status).toBe(202);
    expect(await linesOf(deliveryId)).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        event: 'request',
        requestId: deliveryId,
        method: 'POST',
        route: '/iadvize/webhooks',
        status: 202,
        ms: expect.any(Number),
        secretId: '1',
        eventStatus: 'quarantined',
      },
    ]);
  });

  test('is the id in an error answer', async () => {
    const deliveryId = crypto.randomUUID();
    const answer = await request(service.url).post('/iadvize/webhooks').set('X-iAdvize-Delivery', deliveryId);
    expect(answer.status).toBe(401);
    expect(idOf(answer.body)).toBe(deliveryId);
    expect(await linesOf(deliveryId)).toHaveLength(1);
  });

  test('is taken in upper case and used in lower case', async () => {
    const deliveryId = crypto.randomUUID();
    const answer = await request(service.url).post('/nowhere').set('X-iAdvize-Delivery', deliveryId.toUpperCase());
    expect(idOf(answer.body)).toBe(deliveryId);
  });

  test.each([
    'canary-no-uuid',
    '{"canary":1}',
    `canary${crypto.randomUUID()}`,
    `${crypto.randomUUID()}canary`,
    `${crypto.randomUUID()}, canary`,
  ])('is neither echoed nor logged when it is %s', async (delivery) => {
    const answer = await request(service.url).post('/iadvize/webhooks').set('X-iAdvize-Delivery', delivery);
    expect(idOf(answer.body)).toMatch(UUID);
    expect(delivery).not.toContain(idOf(answer.body));
    expect(JSON.stringify(answer.headers) + answer.text).not.toContain('canary');
    await linesOf(idOf(answer.body));
    expect(service.logs()).not.toContain('canary');
  });

  test('left out leaves every request an id of its own', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => request(service.url).get('/nowhere')));
    const ids = answers.map((answer) => idOf(answer.body));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(UUID);
  });
});

describe('The log', () => {
  test('names the pattern of a route, never the path or the query', async () => {
    const answer = await request(service.url)
      .get('/admin/api/installations/ha-424242?email=person%40example.org')
      .set('Authorization', 'Bearer test-admin-token-0123456789abcdefgh');
    expect(answer.status).toBe(404);
    const [line] = await linesOf(idOf(answer.body));
    expect(line).toMatchObject({ route: '/admin/api/installations/:id', method: 'GET', status: 404 });
    for (const hidden of ['424242', 'person', 'test-admin-token']) expect(service.logs()).not.toContain(hidden);
  });

  test('says nothing of what a body holds', async () => {
    const body = JSON.stringify({ ...conversationStarted(), visitorId: 'visitor-canary', email: 'person@example.org' });
    const call = request(service.url).post('/iadvize/webhooks').type('json');
    await call.set('X-iAdvize-Signature', signBody(SECRET, body)).send(body);
    for (const hidden of ['visitor-canary', 'person@example.org']) expect(service.logs()).not.toContain(hidden);
  });

  test('keeps probes at debug', async () => {
    await request(service.url).get('/health');
    const lines = await eventually(
      () => service.logs().split('\n'),
      (all) => all.some((line) => line.includes('"route":"/health"')),
    );
    expect(lines.find((line) => line.includes('"route":"/health"'))).toContain('"level":"debug"');
  });
});
