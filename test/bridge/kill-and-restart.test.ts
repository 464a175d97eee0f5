import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversationClosed, conversationStarted, history } from '../simulators/iadvize-events.ts';
import { type IadvizeRestSimulator, startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startThulium, type ThuliumSimulator } from '../simulators/thulium-simulator.ts';
import { QUICK, REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { createPostgresDatabase } from '../support/test-database.ts';
import { SECRET } from '../support/test-environment.ts';

let rest: IadvizeRestSimulator;
let service: ServiceProcess | undefined;
let thulium: ThuliumSimulator;
let environment: NodeJS.ProcessEnv;
let cleanUp: () => Promise<void>;

beforeAll(async () => {
  rest = await startIadvizeRest({ apiKeys: [REST_KEY] });
  thulium = await startThulium(THULIUM_LOGIN);
  const restUrls = { IADVIZE_REST_URL_HA: rest.url };
  if (process.env['DATABASE_URL'] === undefined) {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-kill-'));
    environment = { ...restUrls, DATA_DIR: folder };
    cleanUp = () => fs.rm(folder, { recursive: true });
  } else {
    const { url, drop } = await createPostgresDatabase(process.env['DATABASE_URL']);
    environment = { ...restUrls, DATABASE_URL: url };
    cleanUp = drop;
  }
});
afterAll(async () => {
  await service?.end('SIGKILL');
  await Promise.all([rest.close(), thulium.close()]);
  await cleanUp();
});

/** Kills the service at the moment Thulium has carried out the n-th message and the answer is on its way. */
async function killAfterMessage(service: ServiceProcess, count: number): Promise<void> {
  thulium.faults.add({ match: { path: /\/message$/ }, times: Infinity, kind: 'delay-after', ms: 300 });
  const enough = (entries: { kind: string }[]): boolean =>
    entries.filter((entry) => entry.kind === 'message').length >= count;
  // A dead worker's lease has to end first.
  await thulium.ledger.waitFor(enough, { timeoutMs: 40_000 });
  expect(await service.end('SIGKILL')).toBe('SIGKILL');
  thulium.faults.clear();
}

interface Story {
  conversationId: number;
  texts: string[];
}

/** Sends start and close of a conversation whose history holds these texts. */
async function converse(url: string, { conversationId, texts }: Story): Promise<void> {
  const visitorId = conversationId.toString(16).padStart(45, 'e');
  const ids = { platform: 'ha', websiteId: 1, conversationId, visitorId };
  const email = `visitor${conversationId}@example.org`;
  rest.setVisitor({ id: conversationId, unique_id: visitorId, firstname: 'Ana', email });
  const lines = texts.map((text) => ({ from: 'visitor' as const, text }));
  rest.setConversation({ id: conversationId, history: history(lines) });
  const sender = createSender({ targetUrl: `${url}/iadvize/webhooks`, secret: SECRET });
  await sender.send(conversationStarted(ids));
  await sender.send(conversationClosed(ids));
  sender.close();
}

/** What Thulium's agent saw of that conversation. */
function seen({ conversationId }: Story): string[] {
  const entries = thulium.ledger.entries();
  const email = `visitor${conversationId}@example.org`;
  const start = entries.find((entry) => entry.kind === 'start' && entry.client_email === email);
  const own = entries.filter((entry) => entry.conversationId === start?.conversationId);
  return own.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind));
}

const whole = ({ texts }: Story): unknown[] => ['start', expect.stringContaining('[iAdvize]'), ...texts, 'stop'];

test('When the service is killed with answers on their way, again and again, then nothing is lost or said twice', async () => {
  const story = { conversationId: 1, texts: ['one', 'two', 'two', 'three', 'four'] };
  service = await startServiceProcess(environment);
  const destination = { baseUrl: thulium.url, ...THULIUM_LOGIN, chatQueueId: 3, ...QUICK };
  const installed = await service.admin('POST', '/installations', {
    platform: 'ha',
    websiteId: 1,
    label: 'Shop',
    iadvize: { restApiKey: REST_KEY },
    destinations: [{ id: 'thulium', type: 'thulium', settings: destination }],
  });
  expect(installed.status).toBe(201);
  await converse(service.url, story);

  for (const count of [1, 3, 5]) {
    await killAfterMessage(service, count);
    service = await startServiceProcess(environment);
  }
  await thulium.ledger.waitFor((entries) => entries.some((entry) => entry.kind === 'stop'), { timeoutMs: 60_000 });
  expect(await service.end('SIGTERM')).toBe(0);

  expect(seen(story)).toEqual(whole(story));
});

test('When the service is asked to stop with a message on its way, then it finishes that one and leaves nothing in doubt', async () => {
  const story = { conversationId: 2, texts: ['five', 'six', 'seven'] };
  service = await startServiceProcess(environment);
  thulium.faults.add({ match: { path: /\/message$/ }, times: Infinity, kind: 'delay-after', ms: 200 });
  await converse(service.url, story);
  await thulium.ledger.waitFor(() => seen(story).includes('five'));
  expect(await service.end('SIGTERM')).toBe(0);
  thulium.faults.clear();
  expect(seen(story)).not.toContain('seven');

  service = await startServiceProcess(environment);
  await thulium.ledger.waitFor(() => seen(story).includes('stop'), { timeoutMs: 40_000 });
  const answer = await service.admin('GET', '/deliveries?conversation=2');
  const { items } = (await answer.json()) as { items: { lastAttempt: { outcome: string | null } | null }[] };
  const outcomes = items.flatMap((delivery) => (delivery.lastAttempt ? [delivery.lastAttempt.outcome] : []));
  expect(outcomes).not.toContain('unknown');
  expect(await service.end('SIGTERM')).toBe(0);
  expect(seen(story)).toEqual(whole(story));
});
