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
  await thulium.ledger.waitFor(enough, { timeoutMs: 20_000 });
  expect(await service.end('SIGKILL')).toBe('SIGKILL');
  thulium.faults.clear();
}

test('When the service is killed with answers on their way, again and again, then nothing is lost or said twice', async () => {
  const texts = ['one', 'two', 'two', 'three', 'four'];
  const ids = { platform: 'ha', websiteId: 1, conversationId: 1 };
  rest.setVisitor({ id: 1, unique_id: conversationStarted().visitorId, firstname: 'Ana', email: 'ana@example.org' });
  rest.setConversation({ id: 1, history: history(texts.map((text) => ({ from: 'visitor' as const, text }))) });

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
  const sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET });
  await sender.send(conversationStarted(ids));
  await sender.send(conversationClosed(ids));
  await sender.close();

  for (const count of [1, 3, 5]) {
    await killAfterMessage(service, count);
    service = await startServiceProcess(environment);
  }
  await thulium.ledger.waitFor((entries) => entries.some((entry) => entry.kind === 'stop'), { timeoutMs: 30_000 });
  expect(await service.end('SIGTERM')).toBe(0);

  const said = thulium.ledger.entries().map((entry) => (entry.kind === 'message' ? entry.text : entry.kind));
  expect(said).toEqual(['start', expect.stringContaining('[iAdvize]'), ...texts, 'stop']);
}, 90_000);
