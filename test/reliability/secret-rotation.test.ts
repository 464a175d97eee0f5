import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { openStorage, type Storage } from '../support/storage.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';

const NEW = 'new-secret-of-the-connector';
const OLD = 'old-secret-of-the-connector';
const DAY_MS = 24 * 3_600_000;

let storage: Storage;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  storage = await openStorage();
  const tomorrow = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  service = await startServiceProcess(
    { ...storage.environment, IADVIZE_SECRET_TOKENS: `${NEW},${OLD}@${tomorrow}`, CLOCK_JUMP_MS: String(2 * DAY_MS) },
    'src/main.ts',
    ['./test/support/shifted-clock.ts'],
  );
});
afterAll(async () => {
  await service?.end('SIGKILL');
  await storage.remove();
});

async function send(secret: string): Promise<number | null | undefined> {
  const sender = createSender({ targetUrl: `${service!.url}/iadvize/webhooks`, secret, retryDelaysMs: [] });
  const { attempts } = await sender.send(conversationStarted());
  sender.close();
  return attempts[0]?.status;
}

/** How many well-signed calls each secret made, by its place in the list. */
async function matched(): Promise<(string | undefined)[]> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const text = await (await fetch(`${service!.url}/metrics`, { headers })).text();
  return ['1', '2'].map(
    (id) => new RegExp(`^connector_signatures_total\\{secret="${id}"\\} (\\d+)$`, 'm').exec(text)?.[1],
  );
}

test('While a secret is replaced both are good, the metric names which one matched, and past its end the old one is not', async () => {
  expect([await send(OLD), await send(NEW), await send(OLD)]).toEqual([202, 202, 202]);
  expect(await matched()).toEqual(['1', '2']);

  const heard = once(service!.child.stderr!, 'data');
  service!.child.kill('SIGHUP');
  await heard;
  expect([await send(OLD), await send(NEW)]).toEqual([401, 202]);
  expect(await matched()).toEqual(['2', '2']);
});
