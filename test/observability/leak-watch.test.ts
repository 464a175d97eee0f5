import fs from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { Router } from 'express';
import request from 'supertest';
import { createApp } from '../../src/http/app.ts';
import { HttpError } from '../../src/http/errors.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { throwLeaks, watchedLog } from '../support/leak-watch.ts';
import { ADMIN_TOKEN, ENCRYPTION_KEYS, SECRET } from '../support/test-environment.ts';

/** The watch itself: what it is there for must not pass it. See test/support/setup-leak-watch.ts. */
const CONFIDENTIAL = [
  ['an e-mail', 'mail of ana103@example.org'],
  ['a name', 'started by Ana Ruiz'],
  ['whatever a test marked', 'the answer was canary-password'],
  ['the admin token', ADMIN_TOKEN],
  ['a secret token', `signed with ${SECRET}`],
  ['an encryption key', ENCRYPTION_KEYS],
  ['a token of a chat system', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0'],
  ['credentials', 'Basic YXBpX3VzZXI6YXBpX3Bhc3M='],
] as const;

test.each(CONFIDENTIAL)('%s in a log line makes the test fail', (_what, text) => {
  const { stream } = watchedLog();
  createLogger({ level: 'info', stream }).info({ event: 'delivery', lane: text });
  expect(throwLeaks).toThrow('a log line shows');
  expect(throwLeaks).not.toThrow();
});

test.each(CONFIDENTIAL)('%s in an error body or a figure makes the test fail', async (_what, text) => {
  const router = Router();
  router.get('/refused', () => {
    throw new HttpError('conflict', text);
  });
  router.get('/metrics', (_request, response) => void response.type('text/plain').send(`figure{label="${text}"} 1`));
  router.get('/told', (_request, response) => void response.json({ text }));
  const app = createApp(createLogger({ level: 'silent' }), [router]);
  for (const path of ['/refused', '/metrics']) {
    await request(app).get(path);
    expect(throwLeaks).toThrow('the answer');
  }
  await request(app).get('/told');
  expect(throwLeaks).not.toThrow();
});

test('What a log says of everyday work passes', () => {
  const { stream } = watchedLog();
  const logger = createLogger({ level: 'info', stream });
  logger.info({ event: 'delivery', lane: 'ha-1:456/thulium-main', delivery: '97', to: 'delivered' });
  logger.error({ event: 'carry-failed', error: new Error('ana@example.org') });
  expect(throwLeaks).not.toThrow();
});

test('No test keeps a log of its own that nobody looks through', async () => {
  const files = (await fs.readdir('test', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const own = await Promise.all(
    files.map(async (file) =>
      (await fs.readFile(`test/${file}`, 'utf8')).includes(['stream', '{'].join(': ')) ? [file] : [],
    ),
  );
  // The logger's own test feeds it what it must hide.
  expect(own.flat().sort()).toEqual(['observability/logger.test.ts', 'support/leak-watch.ts']);
});
