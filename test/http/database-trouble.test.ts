import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { type Service, startService } from '../../src/compose.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { watchedLog } from '../support/leak-watch.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { ADMIN_TOKEN, SECRET, testConfig } from '../support/test-environment.ts';

const CANARY = 'canary of the database';

const log = watchedLog();
let broken = false;
let service: Service;
let url: string;

beforeAll(async () => {
  const database = await openTestDatabase();
  const orBroken = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (broken) throw Object.assign(new Error(CANARY), { code: 'ECONNREFUSED' });
    return work();
  };
  const flaky: Database = {
    ...database,
    query: (text, values) => orBroken(() => database.query(text, values)),
    transaction: (work) => orBroken(() => database.transaction(work)),
  };
  const logger = createLogger({ level: 'debug', stream: log.stream });
  service = await startService({ config: testConfig(), logger, database: flaky });
  url = `http://127.0.0.1:${service.port}`;
});
afterAll(() => service.stop());

const send = (body: string) =>
  request(url).post('/iadvize/webhooks').type('json').set('X-iAdvize-Signature', signBody(SECRET, body)).send(body);

describe('While the database does not answer', () => {
  test('a signed webhook gets 503, and once it answers again the retry is stored as new', async () => {
    const body = JSON.stringify(conversationStarted());
    broken = true;
    const refused = await send(body);
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ error: { code: 'database-unavailable', id: expect.any(String) } });
    expect(refused.text).not.toContain(CANARY);

    broken = false;
    expect((await send(body)).status).toBe(202);
    const events = await request(url).get('/admin/api/events').set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    expect((events.body as { items: unknown[] }).items).toEqual([expect.objectContaining({ duplicates: 0 })]);
  });

  test('the service is up but not ready', async () => {
    broken = true;
    expect((await request(url).get('/health')).body).toEqual({ status: 'UP' });
    expect((await request(url).get('/live')).status).toBe(200);
    const unready = await request(url).get('/ready');
    expect(unready.status).toBe(503);
    expect(unready.body).toEqual({ status: 'not ready', reason: 'the database does not answer' });

    broken = false;
    expect((await request(url).get('/ready')).body).toEqual({ status: 'ready' });
  });

  test('an unsigned webhook is refused as ever', async () => {
    broken = true;
    expect((await request(url).post('/iadvize/webhooks').send('{}')).status).toBe(401);
    broken = false;
  });

  test('the log names the code of the trouble and not its text', async () => {
    broken = true;
    await send('{}');
    broken = false;
    expect(log.text()).toContain('"code":"ECONNREFUSED"');
    expect(log.text()).not.toContain(CANARY);
  });
});
