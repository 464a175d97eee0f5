import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { conversationClosed } from '../simulators/iadvize-events.ts';
import { signBody, signQuery } from '../simulators/iadvize-signature.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const NEWEST = 'newest-secret-of-the-connector';
const OLDER = 'older-secret-of-the-connector';
const ENDED = 'ended-secret-of-the-connector';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ IADVIZE_SECRET_TOKENS: `${NEWEST},${OLDER}@2999-12-31,${ENDED}@2020-01-31` });
});
afterAll(() => service.stop());

const body = JSON.stringify(conversationClosed());
const right = signBody(NEWEST, body);

interface ErrorBody {
  error: { code: string; message: string; id: string };
}

function send(header: string | undefined, bytes = body) {
  const call = request(service.url).post('/iadvize/webhooks').set('Content-Type', 'application/json');
  return (header === undefined ? call : call.set('X-iAdvize-Signature', header)).send(bytes);
}

async function storedEvents(): Promise<number> {
  return (await service.admin<{ items: unknown[] }>('GET', '/events')).body.items.length;
}

/** The line is written when the connection has closed the answer, which may be after the caller has read it. */
function logLineOf(requestId: string): Promise<Record<string, unknown> | undefined> {
  const read = () =>
    service
      .logs()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find((line) => line['requestId'] === requestId);
  return eventually(read, (line) => line !== undefined);
}

describe('A webhook that is not signed by a current secret is refused', () => {
  test.each([
    ['without the header', undefined, 'missing-header'],
    ['with an empty header', '', 'empty-header'],
    ['without the prefix', right.slice('sha256='.length), 'not-sha256'],
    ['with sha1', `sha1=${right.slice('sha256='.length)}`, 'not-sha256'],
    ['with a digit missing', right.slice(0, -1), 'wrong-length'],
    ['in upper case', `sha256=${right.slice('sha256='.length).toUpperCase()}`, 'not-lower-case-hex'],
    ['by a stranger', signBody('a stranger', body), 'mismatch'],
    ['over another body', signBody(NEWEST, `${body} `), 'mismatch'],
    ['over the query', signQuery(NEWEST, ''), 'mismatch'],
    ['by a secret that has ended', signBody(ENDED, body), 'expired-secret'],
  ])('%s', async (_how, header, rule) => {
    const answer = await send(header);

    expect(answer.status).toBe(401);
    const { error } = answer.body as ErrorBody;
    expect(answer.body).toEqual({
      error: { code: 'signature-refused', message: expect.any(String), id: expect.stringMatching(UUID) },
    });
    expect(answer.text).not.toContain(rule);
    expect(await logLineOf(error.id)).toMatchObject({ status: 401, signatureRule: rule, route: '/iadvize/webhooks' });
    expect(await storedEvents()).toBe(0);
  });

  test('the answer is the same whatever the reason, but for its id', async () => {
    const texts = await Promise.all(
      [undefined, 'sha256=x', signBody('a stranger', body), signBody(ENDED, body)].map(async (header) => {
        const { error } = (await send(header)).body as ErrorBody;
        return error.message;
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('the same JSON indented anew is refused', async () => {
    expect((await send(right, JSON.stringify(JSON.parse(body), null, 2))).status).toBe(401);
    expect(await storedEvents()).toBe(0);
  });

  test('neither the expected signature nor a secret is in an answer or in the log', async () => {
    const { text } = await send(signBody('a stranger', body));
    for (const hidden of [right, right.slice('sha256='.length), NEWEST, OLDER, ENDED]) {
      expect(text).not.toContain(hidden);
      expect(service.logs()).not.toContain(hidden);
    }
  });
});

describe('Every path below /iadvize is behind the signature', () => {
  test.each(['/iadvize', '/iadvize/', '/iadvize/webhooks', '/IADVIZE/webhooks', '/iadvize/nowhere', '/iadvize/bot/x'])(
    'GET %s',
    async (path) => {
      expect((await request(service.url).get(path)).status).toBe(401);
      // A GET without a query signs the empty text.
      expect((await request(service.url).get(path).set('X-iAdvize-Signature', signQuery(NEWEST, ''))).status).toBe(404);
    },
  );

  test('a GET signs the query as it travels', async () => {
    const query = 'search[default][contains]=a%20b+c&email=x%40y.example';
    const statusOf = async (signed: string) =>
      (await fetch(`${service.url}/iadvize/nowhere?${query}`, { headers: { 'X-iAdvize-Signature': signed } })).status;
    expect(await statusOf(signQuery(NEWEST, query))).toBe(404);
    expect(await statusOf(signQuery(NEWEST, decodeURIComponent(query)))).toBe(401);
    expect(await statusOf(signQuery(NEWEST, ''))).toBe(401);
  });
});

describe('A webhook that is signed by a current secret is taken', () => {
  test.each([
    ['the newest secret', NEWEST, '1'],
    ['an older one before its end', OLDER, '2'],
  ])('signed by %s', async (_which, secret, secretId) => {
    const before = await storedEvents();
    const bytes = JSON.stringify(conversationClosed());
    const deliveryId = crypto.randomUUID();
    const answer = await send(signBody(secret, bytes), bytes).set('X-iAdvize-Delivery', deliveryId);

    expect(answer.status).toBe(202);
    expect(await storedEvents()).toBe(before + 1);
    expect(await logLineOf(deliveryId)).toMatchObject({ status: 202, secretId, route: '/iadvize/webhooks' });
  });

  test('whatever its query says', async () => {
    const bytes = JSON.stringify(conversationClosed());
    const call = request(service.url).post('/iadvize/webhooks?idWebsite=ha-1&x=%00');
    const answer = await call.set('X-iAdvize-Signature', signBody(NEWEST, bytes)).send(Buffer.from(bytes));
    expect(answer.status).toBe(202);
  });
});
