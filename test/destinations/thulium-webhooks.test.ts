import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startThuliumWorld, type ThuliumWorld } from './thulium-world.ts';

const URL_OF_OURS = 'https://bridge.example/callbacks/ha-1/thulium-main';
const CREDENTIALS = { user: 'u', password: 'canary-callback' };
const CREATE = { method: 'POST', path: /\/webhooks$/ };

let world: ThuliumWorld;

beforeEach(async () => void (world = await startThuliumWorld()));
afterEach(() => world.stop());

const register = (url = URL_OF_OURS, credentials = CREDENTIALS) =>
  world.destination.registerCallbacks!(url, credentials);

test('23: a webhook is made with both actions and the credentials', async () => {
  expect(await register()).toMatchObject([{ ok: true, code: 'works' }]);
  expect(world.simulator.webhooks()).toEqual([
    {
      ...{ id: 1, actions: ['CHAT_AGENT_ASSIGNED', 'CHAT_CONVERSATION_CLOSED'], subscription_url: URL_OF_OURS },
      ...{ http_auth_user: 'u', http_auth_password: 'canary-callback' },
    },
  ]);
});

test('23: an equal webhook is used again', async () => {
  await register();
  expect(await register()).toMatchObject([{ ok: true, code: 'works' }]);
  expect(world.simulator.webhooks()).toHaveLength(1);
});

test('Another address or another password needs another webhook, and the old one is spoken of', async () => {
  await register();
  expect(await register(`${URL_OF_OURS}-2`)).toHaveLength(1);
  const [made, stale] = await register(URL_OF_OURS, { user: 'u', password: 'new' });
  expect(made).toMatchObject({ ok: true });
  expect(stale?.sentence).toContain('Remove it');
  expect(world.simulator.webhooks()).toHaveLength(3);
});

test('A webhook whose making was answered by a cut line is looked for, and not made twice', async () => {
  world.simulator.faults.add({ match: CREATE, kind: 'accept-then-cut' });
  expect(await register()).toMatchObject([{ ok: true }]);
  expect(world.simulator.webhooks()).toHaveLength(1);
});

test('A webhook that was never made is a finding', async () => {
  world.simulator.faults.add({ match: CREATE, kind: 'cut-before' });
  expect(await register()).toMatchObject([{ ok: false, field: 'baseUrl', code: 'no-answer' }]);
});

test('A list that keeps passwords to itself is compared without them, one in an envelope is read', async () => {
  const webhook = { actions: ['CHAT_CONVERSATION_CLOSED', 'CHAT_AGENT_ASSIGNED', 'OTHER'], http_auth_user: 'u' };
  const body = { result: [{ id: 7, ...webhook, subscription_url: URL_OF_OURS }] };
  world.simulator.faults.add({ match: { method: 'GET', path: /\/webhooks$/ }, kind: 'status', status: 200, body });
  expect(await register()).toMatchObject([{ ok: true }]);
  expect(world.simulator.webhooks()).toEqual([]);
});

test('A missing right names the method, a list nobody can read makes no webhook, and no finding tells the password', async () => {
  world.simulator.setPermissions(['chats']);
  const [missing] = await register();
  expect(missing).toMatchObject({ ok: false, field: 'apiUser', code: 'permission-missing' });
  expect(missing?.sentence).toContain('the method webhooks.');
  world.simulator.setPermissions('*');
  world.simulator.faults.add({ match: { path: /\/webhooks$/ }, kind: 'status', status: 200, body: { hooks: 1 } });
  const unreadable = await register();
  expect(unreadable).toMatchObject([{ ok: false, code: 'bad-answer' }]);
  expect(world.simulator.webhooks()).toEqual([]);
  expect(JSON.stringify([missing, unreadable, await register()])).not.toContain('canary');
});
