import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verificationRouters } from '../../src/compose-verification.ts';
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';
import { createApp } from '../../src/http/app.ts';
import { captureRawBody } from '../../src/http/raw-body.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { createInstallationStore } from '../../src/installations/installation-store.ts';
import { createInstallations } from '../../src/installations/installations.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';
import { Router } from 'express';
import { testConfig } from '../support/test-environment.ts';
import { createVerificationCaller, startVerificationWorld, type VerificationWorld } from './verification-world.ts';

const LIMIT_MS = 1_500;
/** Far beyond the limit; the simulator gives up waiting when it closes. */
const SLOW_MS = 60_000;

let world: VerificationWorld;
let http: HttpClient;
let server: RunningServer;
let caller: ReturnType<typeof createVerificationCaller>;

/** The same routes with a limit that a test can wait for. */
beforeAll(async () => {
  world = await startVerificationWorld();
  http = createHttpClient({ allowPrivateAddresses: true });
  const config = testConfig({ IADVIZE_REST_URL_HA: world.rest.url, IADVIZE_REST_URL_SD: world.rest.url });
  const store = createInstallationStore(world.service.database, createSecretBox(config.ENCRYPTION_KEYS));
  const installations = createInstallations(store, DESTINATION_TYPES);
  const clients = { trustedHttp: http, guardedHttp: http };
  const importTrouble = async (): Promise<undefined> => undefined;
  const wiring = { config, installations, store, ...clients, importTrouble, limitMs: LIMIT_MS };
  const body = Router().use('/iadvize', captureRawBody(10_000));
  const app = createApp(createLogger({ level: 'silent' }), [body, verificationRouters(wiring).signed]);
  server = await startServer(app, { port: 0, host: '127.0.0.1' });
  caller = createVerificationCaller(`http://127.0.0.1:${server.port}`);
});
afterAll(async () => {
  http.close();
  await server.drain();
  await world.stop();
});

test('When everything is slow, then every system is named within the limit', async () => {
  const { thulium, xm, servicepattern, rest, shop } = world;
  for (const { faults } of [thulium, xm, servicepattern, rest, shop]) {
    faults.add({ match: { path: /./ }, kind: 'delay', ms: SLOW_MS, times: 5 });
  }
  const startedAt = performance.now();
  const values = { ...world.good.authentication, catalogue_url: world.shop.url };
  const { body } = await caller.verify('authentication', values);
  expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS * 4);
  expect(body.errors?.map(({ parameterKey }) => parameterKey).sort()).toEqual([
    'catalogue_url',
    'iadvize_api_key',
    'servicepattern_base_url',
    'thulium_system',
    'xm_base_url',
  ]);
  for (const { description } of body.errors ?? []) expect(description).toContain('did not answer in time');
  for (const { faults } of [thulium, xm, servicepattern, rest, shop]) faults.clear();
});

test('When one is slow, then the others are judged all the same, and nothing is stored', async () => {
  const { key, id } = await world.newInstallation(1);
  world.xm.faults.add({ match: { path: /version/ }, kind: 'delay', ms: SLOW_MS });
  const values = { installation_key: key, ...world.good.authentication, iadvize_api_key: 'wrong' };
  expect((await caller.faultyFields('authentication', values)).sort()).toEqual(['iadvize_api_key', 'xm_base_url']);
  const shown = await world.service.admin<{ destinations?: unknown[] }>('GET', `/installations/${id}`);
  expect(shown.body.destinations ?? []).toEqual([]);
});

test('When Thulium is slow, then the picker offers the stored queue', async () => {
  await world.newInstallation(2, { destinations: [world.thuliumDestination()] });
  world.thulium.faults.add({ match: { path: /queues/ }, kind: 'delay', ms: SLOW_MS });
  const { body } = await caller.options('thulium_chat_queue_id', 'idWebsite=ha-2');
  expect(body).toEqual([{ label: '3 (as stored)', value: '3' }]);
});
