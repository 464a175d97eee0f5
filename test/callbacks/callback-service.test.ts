import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { BASIC, CALLER } from './callback-world.ts';

let world: BridgeWorld;

beforeAll(async () => {
  world = await startBridgeWorld({ PUBLIC_URL: 'https://bridge.example' });
  await world.install(1, [world.thuliumDestination(CALLER)]);
});
afterAll(() => world.stop());

const call = async (remoteId: string) => {
  const response = await fetch(`${world.service.url}/callbacks/ha-1/thulium-main`, {
    method: 'POST',
    headers: { authorization: BASIC, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'CHAT_AGENT_ASSIGNED', conversation_id: remoteId }),
  });
  return { status: response.status, body: (await response.json()) as { status: string } };
};

test('The service knows its open chats from others, and from those that are over', async () => {
  const conversation = conversationOf(1, 1);
  conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  await world.sender.send(conversation.started());
  const remoteId = await eventually(
    async () => {
      const [chat] = world.thulium.chats();
      return chat && (await call(chat.conversation_id)).body.status === 'accepted' ? chat.conversation_id : undefined;
    },
    (id) => id !== undefined,
  );
  expect(await call('another')).toEqual({ status: 200, body: { status: 'ignored' } });
  await world.sender.send(conversation.closed());
  const later = await eventually(
    () => call(remoteId ?? ''),
    ({ body }) => body.status === 'ignored',
  );
  expect(later.status).toBe(200);
});

test('The operator registers callbacks at PUBLIC_URL; nobody else does', async () => {
  const path = '/installations/ha-1/destinations/thulium-main/callbacks';
  const stranger = await fetch(`${world.service.url}/admin/api${path}`, { method: 'POST' });
  expect(stranger.status).toBe(401);
  expect(await world.service.admin('POST', path)).toMatchObject({ status: 200, body: { findings: [{ ok: true }] } });
  const [webhook] = world.thulium.webhooks();
  expect(webhook?.subscription_url).toBe('https://bridge.example/callbacks/ha-1/thulium-main');
});
