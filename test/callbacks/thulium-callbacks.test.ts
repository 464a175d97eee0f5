import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { textsOf } from '../destinations/thulium-world.ts';
import { BASIC, CALLER, type CallbackWorld, startCallbackWorld } from './callback-world.ts';

let world: CallbackWorld;

beforeAll(async () => {
  world = await startCallbackWorld();
  await world.install(1);
});
beforeEach(() => world.forget());
afterAll(() => world.stop());

/** A chat that is listened to. */
async function startChat() {
  const chat = await world.thulium.start();
  world.listenedTo.push(chat);
  return chat;
}

const about = (action: string, conversation_id: string, more: object = {}) => ({
  ...{ action, conversation_id, date: '2024-06-01 10:00:15', chat_queue_id: 3 },
  ...more,
});
const form = (fields: object) => new URLSearchParams(fields as Record<string, string>);

describe('a hint', () => {
  test('14: the start of a conversation is acknowledged and has no effect', async () => {
    const { remoteId } = await startChat();
    const names = { client_name: 'Jan Kowalski', client_email: 'jan@example.org' };
    const answer = await world.call(about('CHAT_CONVERSATION_CREATED', remoteId, names));
    expect(answer).toMatchObject({ status: 200, body: { status: 'ignored' } });
    expect(world.hints).toEqual([]);
  });

  test.each([
    ['JSON', (fields: object) => fields],
    ['a form', form],
  ])('15: an agent who takes the chat, told in %s, makes a poll at once', async (_what, encode) => {
    const { remoteId } = await startChat();
    world.thulium.simulator.agentWrites(remoteId, 'Już sprawdzam');
    const answer = await world.call(encode(about('CHAT_AGENT_ASSIGNED', remoteId, { agent_login: 'akowal' })));
    expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
    await world.settled();
    expect(world.hints).toEqual(['ha-1/thulium-main']);
    expect(textsOf(world.heard)).toEqual(['Już sprawdzam']);
  });

  test('16: the end of a conversation flushes the last texts and ends it once, whatever is told and read later', async () => {
    const { remoteId } = await startChat();
    world.thulium.simulator.agentWrites(remoteId, 'Do widzenia');
    world.thulium.simulator.closeByAgent(remoteId);
    await world.call(about('CHAT_CONVERSATION_CLOSED', remoteId));
    await world.settled();
    expect(textsOf(world.heard)).toEqual(['Do widzenia']);
    await world.poll();
    expect(world.heard.slice(1)).toEqual([{ kind: 'ended', remoteId, reason: 'ended' }]);
    // The engine has closed the chat by now, so nobody listens to it any more.
    world.listenedTo.length = 0;
    expect(await world.call(about('CHAT_CONVERSATION_CLOSED', remoteId))).toMatchObject({ status: 200 });
    await world.poll();
    expect(world.heard).toHaveLength(2);
  });

  test('The same call twice is twice a hint and nothing else', async () => {
    const { remoteId } = await startChat();
    world.thulium.simulator.agentWrites(remoteId, 'once');
    for (let turn = 0; turn < 2; turn += 1) await world.call(about('CHAT_AGENT_ASSIGNED', remoteId));
    await world.settled();
    expect(textsOf(world.heard)).toEqual(['once']);
  });

  test('A chat action that nobody has documented is a hint as well; others are not', async () => {
    const { remoteId } = await startChat();
    expect(await world.call(about('CHAT_MESSAGE_ADDED', remoteId))).toMatchObject({ body: { status: 'accepted' } });
    for (const fields of [about('CUSTOMER_CREATED', remoteId), { action: 'CHAT_AGENT_ASSIGNED' }, {}]) {
      expect(await world.call(fields)).toMatchObject({ status: 200, body: { status: 'ignored' } });
    }
    expect(world.hints).toHaveLength(1);
  });

  test.each(['json', 'form'] as const)('What Thulium itself delivers as %s is understood', async (encoding) => {
    world.thulium.simulator.setWebhookEncoding(encoding);
    const before = world.thulium.simulator.deliveries.entries().length;
    expect(await world.register()).toMatchObject({ status: 200, findings: [{ ok: true }] });
    const { remoteId } = await startChat();
    world.thulium.simulator.agentWrites(remoteId, 'hello');
    const { deliveries } = world.thulium.simulator;
    const delivered = await deliveries.waitFor((entries) => entries.length > before);
    expect(delivered[before]).toMatchObject({ action: 'CHAT_AGENT_ASSIGNED', status: 200 });
    await world.settled();
    expect(textsOf(world.heard)).toEqual(['hello']);
  });
});

describe('who is let in', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  test.each([
    ['no Authorization', undefined],
    ['a wrong password', basic('caller:wrong')],
    ['a wrong user', basic('nobody:canary:password')],
    ['the user alone', basic('caller')],
    ['nothing in it', 'Basic '],
    ['another scheme', 'Bearer canary:password'],
  ])('17: %s is answered 401 and ignored', async (_what, authorization) => {
    const { remoteId } = await startChat();
    const answer = await world.call(about('CHAT_AGENT_ASSIGNED', remoteId), authorization ? { authorization } : {});
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
    expect(world.hints).toEqual([]);
  });

  test('17: an unknown conversation is answered 200 and ignored', async () => {
    await startChat();
    const answer = await world.call(about('CHAT_AGENT_ASSIGNED', '00000000-0000-4000-8000-000000000000'));
    expect(answer).toMatchObject({ status: 200, body: { status: 'ignored' } });
    expect(world.hints).toEqual([]);
  });

  test('Where no credentials are configured nobody is let in, not even without any', async () => {
    await world.install(2, {});
    await world.install(3, { callbackUser: 'caller' });
    for (const authorization of [BASIC, basic(':'), basic('caller:'), undefined]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      for (const id of ['ha-2', 'ha-3']) expect(await world.call({}, headers, id)).toMatchObject({ status: 401 });
    }
    expect(world.logs()).toContain('no-credentials-configured');
  });

  test('An installation or a destination that does not exist is answered like a wrong password', async () => {
    const strangers = ['/callbacks/ha-9/thulium-main', '/callbacks/ha-1/other', '/callbacks/%00/thulium-main'];
    const answers = await Promise.all(strangers.map((path) => world.post(path, '{}', { authorization: BASIC })));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test('An installation is found in any case; a body that is too long or no JSON is refused', async () => {
    expect(await world.call({}, { authorization: BASIC }, 'HA-1')).toMatchObject({ status: 200 });
    const path = '/callbacks/ha-1/thulium-main';
    expect(await world.post(path, '{"action":', { authorization: BASIC })).toMatchObject({ status: 400 });
    const nul = JSON.stringify({ action: 'CHAT_AGENT_ASSIGNED', conversation_id: 'a\0' });
    expect(await world.post(path, nul, { authorization: BASIC })).toMatchObject({ status: 422 });
    expect(await world.post(path, 'a'.repeat(70_000), { authorization: BASIC })).toMatchObject({ status: 413 });
  });

  test('Nothing of a caller or of the settings is logged', async () => {
    const { remoteId } = await startChat();
    await world.call(about('CHAT_AGENT_ASSIGNED', remoteId, { agent_login: 'canary-login' }));
    await world.call({}, { authorization: basic('canary-user:canary-wrong') });
    expect(world.logs()).not.toMatch(/canary/);
  });
});

describe('registration on request', () => {
  test('23: makes a webhook with our address and credentials, and uses it again', async () => {
    await world.install(5);
    expect(await world.register('ha-5')).toMatchObject({ status: 200, findings: [{ ok: true, code: 'works' }] });
    expect(await world.register('HA-5')).toMatchObject({ findings: [{ ok: true }] });
    const own = world.thulium.simulator.webhooks().filter((one) => one.subscription_url.includes('/ha-5/'));
    const [webhook, ...others] = own;
    expect(others).toEqual([]);
    expect(webhook?.subscription_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callbacks\/ha-5\/thulium-main$/);
    expect([webhook?.http_auth_user, webhook?.http_auth_password]).toEqual(Object.values(CALLER));
  });

  test('Without credentials in the settings nothing is registered', async () => {
    await world.install(6, {});
    expect(await world.register('ha-6')).toMatchObject({ findings: [{ ok: false, field: 'callbackUser' }] });
    expect(JSON.stringify(world.thulium.simulator.webhooks())).not.toContain('ha-6');
  });

  test('A system that makes no calls says so; what does not exist is 404', async () => {
    const captcha = { strategy: 'fixed', captchaId: 'c', captcha: 'x' };
    const xm = { id: 'xm-watch', type: 'xm', settings: { baseUrl: 'https://xm.example/xm', captcha } };
    await world.installations.create({ platform: 'ha', websiteId: 4, label: 'Shop 4', destinations: [xm] });
    const { findings } = await world.register('ha-4', 'xm-watch');
    expect(findings).toMatchObject([{ ok: false, code: 'not-configured' }]);
    expect((await world.register('ha-9')).status).toBe(404);
    expect((await world.register('ha-1', 'other')).status).toBe(404);
  });
});
