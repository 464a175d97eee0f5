import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Installations } from '../../src/installations/installations.ts';
import { CAPTCHA, conversationOf, REST_KEY, SERVICEPATTERN, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { installationsOf, MASK } from './installation-world.ts';
import { startVerificationWorld, type VerificationWorld } from './verification-world.ts';

let world: VerificationWorld;
let installations: Installations;

beforeAll(async () => {
  world = await startVerificationWorld();
  installations = installationsOf(world.service.database);
});
afterAll(() => world.stop());

const rowOf = async (id: string) => {
  const [row] = await world.service.database.query<{ settings: unknown; secrets: string; updated_at: Date }>(
    'SELECT settings, secrets, updated_at FROM installation WHERE id = $1',
    [id],
  );
  return row!;
};
const destinationsOf = async (id: string) => (await installations.find(id))?.settings.destinations ?? [];

const thuliumStep = () => {
  const { thulium_system, thulium_api_user, thulium_api_password } = world.good.authentication;
  return { thulium_system, thulium_api_user, thulium_api_password };
};

async function bothSteps(key: string) {
  const { authentication, settings } = world.good;
  expect(await world.faultyFields('authentication', { installation_key: key, ...authentication })).toEqual([]);
  expect(await world.faultyFields('settings', { installation_key: key, ...settings })).toEqual([]);
}

test('With the right key both steps are stored: encrypted, complete, and masked for the operator', async () => {
  const { id, key } = await world.newInstallation(1);
  await bothSteps(key);

  const { settings } = (await installations.find(id))!;
  expect(settings).toMatchObject({
    iadvize: { restApiKey: REST_KEY },
    catalogue: { url: world.good.settings.catalogue_url },
    currency: 'EUR',
    locale: 'fr-FR',
  });
  // Two need nothing of the second step, so they were complete first.
  expect(settings.destinations).toMatchObject([
    {
      id: 'xm',
      type: 'xm',
      role: 'primary',
      settings: { baseUrl: world.xm.url, departmentId: 2, captcha: { strategy: 'fixed', ...CAPTCHA } },
    },
    {
      id: 'servicepattern',
      type: 'servicepattern',
      role: 'watcher',
      settings: { baseUrl: world.servicepattern.url, ...SERVICEPATTERN },
    },
    {
      id: 'thulium',
      type: 'thulium',
      role: 'watcher',
      settings: { baseUrl: world.thulium.url, ...THULIUM_LOGIN, chatQueueId: 3 },
    },
  ]);
  const { body: shown } = await world.service.admin<object>('GET', `/installations/${id}`);
  const row = JSON.stringify(await rowOf(id));
  for (const secret of [REST_KEY, THULIUM_LOGIN.apiPassword, CAPTCHA.captcha, SERVICEPATTERN.appId]) {
    expect(row).not.toContain(secret);
    expect(JSON.stringify(shown)).not.toContain(secret);
  }
  expect(shown).toMatchObject({ iadvize: { restApiKey: MASK } });
});

test('What was verified carries a conversation', async () => {
  const { key } = await world.newInstallation(2);
  await bothSteps(key);
  const conversation = conversationOf(2, 200);
  conversation.readable(world, []);
  await world.sender.send(conversation.started());
  const [thulium] = await world.thulium.ledger.waitFor((entries) => entries.some(({ kind }) => kind === 'start'));
  expect(thulium).toMatchObject({ chat_queue_id: 3, client_email: 'ana200@example.org' });
  const [xm] = await world.xm.ledger.waitFor((entries) => entries.some(({ kind }) => kind === 'guest'));
  expect(xm).toMatchObject({ departmentId: 2, email: 'ana200@example.org' });
});

test('Verifying twice changes nothing more; an empty field leaves what is stored', async () => {
  const { id, key } = await world.newInstallation(3);
  await bothSteps(key);
  const before = await rowOf(id);
  await bothSteps(key);
  const empty = Object.fromEntries(Object.keys(world.good.settings).map((field) => [field, '']));
  expect(await world.faultyFields('settings', { installation_key: key, ...empty })).toEqual([]);
  expect(await rowOf(id)).toEqual(before);
});

test('A wrong key names only its field and stores nothing', async () => {
  const { id, key } = await world.newInstallation(4);
  const before = await rowOf(id);
  for (const wrong of [`${key}x`, 'ik_', '0'.repeat(64)]) {
    const values = { installation_key: wrong, ...world.good.authentication };
    expect(await world.faultyFields('authentication', values)).toEqual(['installation_key']);
  }
  expect(await rowOf(id)).toEqual(before);
});

test('With the right key and one wrong value, nothing of the step is stored', async () => {
  const { id, key } = await world.newInstallation(6);
  const before = await rowOf(id);
  const values = { installation_key: key, ...world.good.authentication, xm_base_url: 'http://127.0.0.1:1/xm' };
  expect(await world.faultyFields('authentication', values)).toEqual(['xm_base_url']);
  expect(await rowOf(id)).toEqual(before);
});

test('A key that was replaced is wrong', async () => {
  const { id, key } = await world.newInstallation(7);
  const { body } = await world.service.admin<{ installationKey: string }>('POST', `/installations/${id}/key`);
  expect(await world.faultyFields('settings', { installation_key: key, currency: 'EUR' })).toEqual([
    'installation_key',
  ]);
  expect(await world.faultyFields('settings', { installation_key: body.installationKey, currency: 'EUR' })).toEqual([]);
});

test('An iAdvize key that does not show this website is refused', async () => {
  const { key } = await world.newInstallation(8);
  const other = await world.service.admin<{ installationKey: string }>('POST', '/installations', {
    platform: 'ha',
    websiteId: 888,
    label: 'Unknown to this key',
  });
  const step = { iadvize_api_key: REST_KEY };
  expect(await world.faultyFields('authentication', { installation_key: key, ...step })).toEqual([]);
  const values = { installation_key: other.body.installationKey, ...step };
  expect(await world.faultyFields('authentication', values)).toEqual(['iadvize_api_key']);
});

test('Values wait for the other step, through a change by the operator, and are checked with it', async () => {
  const { id, key } = await world.newInstallation(9);
  await world.verify('authentication', { installation_key: key, ...thuliumStep() });
  expect(await destinationsOf(id)).toEqual([]);
  await world.service.admin('PUT', `/installations/${id}`, { label: 'Renamed' });

  const settings = { installation_key: key, thulium_chat_queue_id: '9' };
  expect(await world.faultyFields('settings', settings)).toEqual(['thulium_chat_queue_id']);
  expect(await world.faultyFields('settings', { ...settings, thulium_chat_queue_id: '' })).toEqual([
    'thulium_chat_queue_id',
  ]);
  expect(await destinationsOf(id)).toEqual([]);
  expect(await world.faultyFields('settings', { ...settings, thulium_chat_queue_id: '3' })).toEqual([]);
  expect(await destinationsOf(id)).toMatchObject([{ id: 'thulium', role: 'primary', settings: { chatQueueId: 3 } }]);
  expect((await installations.find(id))?.label).toBe('Renamed');
});

test('Both steps at the same time lose nothing', async () => {
  const { id, key } = await world.newInstallation(10);
  const { authentication, settings } = world.good;
  const verdicts = await Promise.all([
    world.faultyFields('authentication', { installation_key: key, ...authentication }),
    world.faultyFields('settings', { installation_key: key, ...settings }),
  ]);
  expect(verdicts).toEqual([[], []]);
  const found = await destinationsOf(id);
  expect(found.map((destination) => destination.id).sort()).toEqual(['servicepattern', 'thulium', 'xm']);
  expect(found.find((destination) => destination.id === 'xm')?.settings).toMatchObject({ departmentId: 2 });
  expect((await installations.find(id))?.settings.currency).toBe('EUR');
});

test('The one destination of a type that the operator made is completed, not doubled', async () => {
  const own = world.thuliumDestination({ apiPassword: 'outdated', textLimit: 500 });
  const { id, key } = await world.newInstallation(11, { destinations: [own] });
  expect(await world.faultyFields('authentication', { installation_key: key, ...thuliumStep() })).toEqual([]);
  expect(await destinationsOf(id)).toMatchObject([
    {
      id: 'thulium-main',
      role: 'primary',
      settings: { ...THULIUM_LOGIN, textLimit: 500, chatQueueId: 3 },
    },
  ]);
});

test('A stored password does not travel to another address', async () => {
  const { key } = await world.newInstallation(12, { destinations: [world.thuliumDestination()] });
  const elsewhere = world.thulium.url.replace('127.0.0.1', 'localhost');
  const before = world.thulium.requests.entries().length;
  const values = { installation_key: key, thulium_system: elsewhere };
  const { body } = await world.verify('authentication', values);
  expect(body.errors).toMatchObject([{ code: 'missing', parameterKey: 'thulium_system' }]);
  expect(world.thulium.requests.entries()).toHaveLength(before);
  const withPassword = { ...values, thulium_api_password: THULIUM_LOGIN.apiPassword };
  expect(await world.faultyFields('authentication', withPassword)).toEqual([]);
});

test('A complete set of ServicePattern becomes a destination by verification', async () => {
  const { id, key } = await world.newInstallation(13);
  const { servicepattern_base_url, servicepattern_tenant_url, servicepattern_app_id } = world.good.authentication;
  const values = { servicepattern_base_url, servicepattern_tenant_url, servicepattern_app_id: '' };
  expect(await world.faultyFields('authentication', { installation_key: key, ...values })).toEqual([
    'servicepattern_app_id',
  ]);
  expect(await destinationsOf(id)).toEqual([]);
  const complete = { ...values, servicepattern_app_id };
  expect(await world.faultyFields('authentication', { installation_key: key, ...complete })).toEqual([]);
  const { url } = world.servicepattern;
  expect(await destinationsOf(id)).toEqual([
    { id: 'servicepattern', type: 'servicepattern', role: 'primary', settings: { baseUrl: url, ...SERVICEPATTERN } },
  ]);
});

test('A destination id that the operator gave to another system is said to be in the way', async () => {
  const taken = { ...world.xmDestination(), id: 'thulium' };
  const { id, key } = await world.newInstallation(14, { destinations: [taken] });
  const values = { installation_key: key, ...thuliumStep(), thulium_chat_queue_id: '3' };
  const { body } = await world.verify('authentication', values);
  expect(body).toMatchObject({ isStepValid: false, errors: [{ code: 'settings-do-not-fit', parameterKey: '' }] });
  expect(await destinationsOf(id)).toHaveLength(1);
});
