import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { createInstallationStore } from '../../src/installations/installation-store.ts';
import { createParameterOptions } from '../../src/installations/verification/parameter-options.ts';
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';
import { testConfig } from '../support/test-environment.ts';
import { startVerificationWorld, type VerificationWorld } from './verification-world.ts';

let world: VerificationWorld;

beforeAll(async () => {
  world = await startVerificationWorld();
  await world.newInstallation(1, { destinations: [world.thuliumDestination()] });
});
beforeEach(() => world.thulium.faults.clear());
afterAll(() => world.stop());

const QUEUES = [{ label: 'Website', value: '3' }];
const askedQueues = () => world.thulium.requests.entries().filter(({ path }) => path.endsWith('/queues')).length;

test.each(['idWebsite=ha-1', 'idWebsite=HA-1', 'idWebsite=1', 'idWebsite]=1', 'idWebsite=ha-1&idOperator=9'])(
  'Thulium’s queues are offered to ?%s (EX-05)',
  async (query) => {
    expect(await world.options('thulium_chat_queue_id', query)).toEqual({ status: 200, body: QUEUES });
  },
);

test('The queues are offered between the two steps, when no destination is made yet', async () => {
  const { key } = await world.newInstallation(2);
  const { thulium_system, thulium_api_user, thulium_api_password } = world.good.authentication;
  const values = { installation_key: key, thulium_system, thulium_api_user, thulium_api_password };
  await world.verify('authentication', values);
  expect((await world.options('thulium_chat_queue_id', 'idWebsite=ha-2')).body).toEqual(QUEUES);
});

test('XM’s departments are offered to anybody', async () => {
  for (const query of ['idWebsite=ha-1', 'idWebsite=ha-999', 'idWebsite=nonsense', '']) {
    expect((await world.options('xm_department_id', query)).body).toEqual([
      { label: 'Test', value: '1' },
      { label: 'Live assistance (iptp.net)', value: '2' },
      { label: 'LagBlaster (lagblaster.com)', value: '3' },
    ]);
  }
});

test.each([
  ['nothing is stored', 'thulium_chat_queue_id', 'idWebsite=ha-999', /credentials are not stored/],
  ['the website is none', 'thulium_chat_queue_id', '', /credentials are not stored/],
  ['the parameter has no list', 'currency', 'idWebsite=ha-1', /no list/],
  ['the parameter is a secret', 'thulium_api_password', 'idWebsite=ha-1', /no list/],
  ['the parameter is unknown', 'colour', 'idWebsite=ha-1', /no list/],
])('When %s, then one entry says so: never an empty list', async (_name, parameter, query, label) => {
  const { status, body } = await world.options(parameter, query);
  expect(status).toBe(200);
  expect(body).toEqual([{ label: expect.stringMatching(label), value: '' }]);
});

test('When Thulium has trouble, then the stored queue is offered', async () => {
  await world.newInstallation(3, { destinations: [world.thuliumDestination()] });
  world.thulium.faults.add({ match: { path: /queues/ }, kind: 'status', status: 500 });
  const { body } = await world.options('thulium_chat_queue_id', 'idWebsite=ha-3');
  expect(body).toEqual([{ label: '3 (as stored)', value: '3' }]);
  expect((await world.options('thulium_chat_queue_id', 'idWebsite=ha-3')).body).toEqual(QUEUES);
});

test('Thulium is asked once a minute, and at once when the installation changed', async () => {
  const { id } = await world.newInstallation(4, { destinations: [world.thuliumDestination()] });
  const config = testConfig();
  let time = 0;
  const http = createHttpClient({ allowPrivateAddresses: true });
  const options = createParameterOptions({
    store: createInstallationStore(world.service.database, createSecretBox(config.ENCRYPTION_KEYS)),
    types: DESTINATION_TYPES,
    forms: DESTINATION_TYPES.map(({ installer }) => installer),
    http,
    defaultPlatform: 'ha',
    now: () => time,
  });
  const asked: number[] = [];
  const ask = async () => {
    const before = askedQueues();
    expect(await options('thulium_chat_queue_id', id)).toEqual(QUEUES);
    asked.push(askedQueues() - before);
  };
  await ask();
  time = 59_000;
  await ask();
  time = 61_000;
  await ask();
  await world.service.admin('PUT', `/installations/${id}`, {
    label: 'Changed',
    destinations: [world.thuliumDestination()],
  });
  await ask();
  http.close();
  expect(asked).toEqual([1, 0, 1, 1]);
});
