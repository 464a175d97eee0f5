import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { type ReplayWorld, startReplayWorld } from './replay-world.ts';

const MESSAGE = { method: 'POST', path: /\/message$/ };
const WITHOUT_READING = ['chat_conversations/start', 'chat_conversations/message', 'chat_conversations/stop'];
/** Its chats are read once when they open: what is asked of Thulium afterwards is what deliveries ask. */
const READ_ONCE = { pollIntervalMs: 600_000, listenRetryBaseMs: 600_000, listenRetryMaxMs: 600_000 };

let world: ReplayWorld;
beforeAll(async () => {
  world = await startReplayWorld();
  await world.install(1, [world.thuliumDestination(READ_ONCE)]);
  await world.install(2, [world.xmDestination()], { uncertainPolicy: 'hold' });
});
afterEach(() => {
  world.thulium.faults.clear();
  world.xm.faults.clear();
  world.thulium.setPassword(THULIUM_LOGIN.apiPassword);
  world.thulium.setPermissions('*');
});
afterAll(() => world.stop());

const whole = (conversationId: number) =>
  eventually(
    () => world.said(conversationId),
    (texts) => texts.includes('stop'),
  );

/** A chat with its context message in it, and what delivered that. */
async function openChat(texts: string[] = []) {
  const one = world.conversation(texts);
  await world.sender.send(one.started());
  const deliveries = await eventually(
    () => world.deliveries(one.id),
    (all) => all.some(({ kind, status }) => kind === 'message' && status === 'delivered'),
  );
  return { one, start: deliveries[0]!, context: deliveries.find(({ kind }) => kind === 'message')! };
}

/** A message whose answer was lost, in a chat that cannot be read any more. */
async function inDoubt(kind: 'accept-then-cut' | 'cut-before') {
  const { one } = await openChat(['once']);
  world.thulium.setPermissions(WITHOUT_READING);
  world.thulium.faults.add({ match: MESSAGE, kind });
  await world.sender.send(one.closed());
  const uncertain = await world.with(one, 'uncertain');
  expect(uncertain.reason).toBe('permission-missing');
  return { one, uncertain };
}

describe('A parked delivery', () => {
  test('goes on in its lane when it is replayed, once however often that is asked for', async () => {
    world.thulium.setPassword('another');
    const one = world.conversation(['hello', 'there']);
    await world.sender.send(one.started());
    await world.sender.send(one.closed());
    const { id } = await world.with(one, 'parked');
    world.thulium.setPassword(THULIUM_LOGIN.apiPassword);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => world.replay(id)));
    // Whoever comes after it was delivered is asked whether a repeat is wanted.
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(answers.find(({ status }) => status === 200)?.body).toMatchObject({ id, replayedAt: expect.any(String) });
    expect(await whole(one.conversationId)).toEqual(['hello', 'there', 'stop']);
    expect(world.starts(one.conversationId)).toBe(1);
  });

  test('has one effect when it is replayed again and again while a worker carries it', async () => {
    world.thulium.setPermissions(['chat_conversations/start', 'chat_conversations/stop', 'chats']);
    const one = world.conversation(['slow']);
    await world.sender.send(one.started());
    const { id } = await world.with(one, 'parked');
    world.thulium.setPermissions('*');
    world.thulium.faults.add({ match: MESSAGE, kind: 'delay-after', ms: 150 });
    const seen: string[] = [];
    await eventually(
      async () => (await world.replay(id)).body,
      ({ status, error }) => seen.push(error?.code ?? status) > 3 && error?.code === 'conflict',
    );
    expect(seen).toContain('sending');
    const messages = world.thulium.ledger.entries().filter((entry) => entry.kind === 'message');
    expect(messages.filter(({ text }) => text.includes(`ana${one.conversationId}@`))).toHaveLength(1);
  });

  test('that is skipped lets its lane go on, and cannot come back', async () => {
    const { one } = await openChat(['never said', 'bye']);
    world.thulium.faults.add({ match: MESSAGE, kind: 'status', status: 400 });
    await world.sender.send(one.closed());
    const { id } = await world.with(one, 'parked');
    const answers = await Promise.all([world.skip(id), world.skip(id), world.skip(id)]);
    for (const { status, body } of answers) {
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { status: 'skipped', reason: 'skipped-by-operator' },
      });
    }
    expect(await whole(one.conversationId)).toEqual(['bye', 'stop']);
    expect((await world.skip(id)).status).toBe(200);
    expect(await world.replay(id, { confirmRepeat: true })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: expect.stringContaining('passed over') } },
    });
  });

  test('whose chat was closed is refused with a sentence, and can be skipped', async () => {
    const { one } = await openChat(['too late']);
    const email = `ana${one.conversationId}@example.org`;
    const remote = world.thulium.chats().find((chat) => chat.client_email === email);
    world.thulium.closeByAgent(remote?.conversation_id ?? '');
    await world.sender.send(one.closed());
    const { id } = await world.with(one, 'parked');
    const refused = await world.replay(id);
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('chat is over') } },
    });
    expect((await world.skip(id)).status).toBe(200);
    await eventually(
      () => world.deliveries(one.id),
      (all) => all.every(({ status }) => status === 'delivered' || status === 'skipped'),
    );
  });
});

describe('An uncertain delivery', () => {
  test('that did arrive is found when it is replayed, and not said again', async () => {
    const { one, uncertain } = await inDoubt('accept-then-cut');
    world.thulium.setPermissions('*');
    await Promise.all([world.replay(uncertain.id), world.replay(uncertain.id)]);
    expect(await whole(one.conversationId)).toEqual(['once', 'stop']);
    const [replayed] = (await world.deliveries(one.id)).filter(({ id }) => id === uncertain.id);
    expect(replayed).toMatchObject({ status: 'delivered', attempts: 1 });
  });

  test('that did not arrive is looked for twice before it is sent', async () => {
    const { one, uncertain } = await inDoubt('cut-before');
    world.thulium.setPermissions('*');
    const before = world.thulium.requests.entries().length;
    await Promise.all([world.replay(uncertain.id), world.replay(uncertain.id)]);
    expect(await whole(one.conversationId)).toEqual(['once', 'stop']);
    const calls = world.thulium.requests.entries().slice(before);
    const sent = calls.findIndex(({ path }) => path.endsWith('/message'));
    expect(calls.slice(0, sent).filter(({ path }) => path.endsWith('/chats'))).toHaveLength(2);
  });

  test('stays uncertain when it still cannot be looked for', async () => {
    const { one, uncertain } = await inDoubt('accept-then-cut');
    await world.replay(uncertain.id);
    const again = await world.with(one, 'uncertain');
    expect(again).toMatchObject({ id: uncertain.id, attempts: 1, replayedAt: expect.any(String) });
    await world.skip(uncertain.id);
    expect(await whole(one.conversationId)).toEqual(['once', 'stop']);
  });

  test.each([
    { kind: 'accept-then-cut' as const, attempts: 1 },
    { kind: 'cut-before' as const, attempts: 2 },
  ])('is looked for again once an administrator has corrected the settings ($kind)', async ({ kind, attempts }) => {
    const { one, uncertain } = await inDoubt(kind);
    world.thulium.setPermissions('*');
    const corrected = {
      label: 'Shop 1',
      iadvize: { restApiKey: REST_KEY },
      destinations: [world.thuliumDestination(READ_ONCE)],
    };
    const answer = await world.service.admin('PUT', '/installations/ha-1', corrected);
    expect(answer.status).toBe(200);
    expect(await whole(one.conversationId)).toEqual(['once', 'stop']);
    const [again] = (await world.deliveries(one.id)).filter(({ id }) => id === uncertain.id);
    expect(again).toMatchObject({ status: 'delivered', attempts, replayedAt: null });
  });

  test('whose destination was taken out meanwhile is looked for once it is back, not said again', async () => {
    const { one } = await openChat(['once']);
    world.thulium.faults.add({ match: { path: /\/chats$/ }, times: Infinity, kind: 'status', status: 503 });
    world.thulium.faults.add({ match: MESSAGE, kind: 'accept-then-cut' });
    await world.sender.send(one.closed());
    await eventually(
      () => world.said(one.conversationId),
      (texts) => texts.includes('once'),
    );
    const about = { label: 'Shop 1', iadvize: { restApiKey: REST_KEY } };
    await world.service.admin('PUT', '/installations/ha-1', { ...about, destinations: [] });
    expect(await world.with(one, 'uncertain')).toMatchObject({ reason: 'destination-removed', attempts: 1 });
    world.thulium.faults.clear();
    const destinations = [world.thuliumDestination(READ_ONCE)];
    await world.service.admin('PUT', '/installations/ha-1', { ...about, destinations });
    expect(await whole(one.conversationId)).toEqual(['once', 'stop']);
  });

  test('of which nobody can tell is sent again only when the operator confirms, and only once', async () => {
    world.xm.faults.add({ match: { method: 'POST', path: /\/guests$/ }, times: 2, kind: 'accept-then-cut' });
    const one = world.conversation([], 2);
    const guests = () =>
      world.xm.ledger
        .entries()
        .filter((entry) => entry.kind === 'guest' && entry.email === `ana${one.conversationId}@example.org`).length;
    await world.sender.send(one.started());
    const { id } = await world.with(one, 'uncertain');
    await world.replay(id);
    await world.with(one, 'uncertain');
    expect(guests()).toBe(1);
    // The second answer is lost as well: one yes is good for one more try.
    await world.replay(id, { confirmRepeat: true });
    await eventually(guests, (count) => count === 2);
    await world.with(one, 'uncertain');
    await world.replay(id, { confirmRepeat: true });
    expect(await world.with(one, 'delivered')).toMatchObject({ id, attempts: 3 });
    expect(guests()).toBe(3);
  });
});

describe('A delivered message', () => {
  test('is said once more when the operator confirms it, and marked as a repeat', async () => {
    const { one, context } = await openChat();
    const refused = await world.replay(context.id);
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('confirmRepeat') } },
    });
    const confirmed = { confirmRepeat: true };
    const answers = await Promise.all([1, 2, 3].map(() => world.replay(context.id, confirmed)));
    const [repeat] = answers;
    expect(repeat).toMatchObject({ status: 200, body: { repeatOf: context.id, kind: 'message' } });
    expect(new Set(answers.map(({ body }) => body.id))).toEqual(new Set([repeat!.body.id]));
    await eventually(
      () => world.deliveries(one.id),
      (all) => all.find(({ id }) => id === repeat?.body.id)?.status === 'delivered',
    );
    const again = await world.replay(context.id, confirmed);
    expect(again.body).toMatchObject({ id: repeat?.body.id, status: 'delivered' });
    expect(world.said(one.conversationId)).toHaveLength(1);
    expect(world.said(one.conversationId)[0]).toContain('[iAdvize]');
  });

  test('whose repeat was cut off is looked for: the first one is not taken for it', async () => {
    const { one, context } = await openChat();
    world.thulium.faults.add({ match: MESSAGE, kind: 'cut-before' });
    world.thulium.faults.add({ match: MESSAGE, kind: 'accept-then-cut' });
    const { body } = await world.replay(context.id, { confirmRepeat: true });
    await eventually(
      () => world.deliveries(one.id),
      (all) => all.find(({ id }) => id === body.id)?.status === 'delivered',
    );
    expect(world.said(one.conversationId)).toHaveLength(1);
  });

  test('in a chat that is over is refused', async () => {
    const { one, context } = await openChat();
    await world.sender.send(one.closed());
    await whole(one.conversationId);
    await eventually(
      () => world.deliveries(one.id),
      (all) => all.every(({ status }) => status === 'delivered'),
    );
    expect((await world.replay(context.id, { confirmRepeat: true })).status).toBe(409);
  });

  test('is nothing to skip, and a start or an end is nothing to repeat', async () => {
    const { start, context } = await openChat();
    expect((await world.skip(context.id)).status).toBe(409);
    expect(await world.replay(start.id, { confirmRepeat: true })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('only messages') } },
    });
  });
});

test.each(['999999', 'abc', '0', '9'.repeat(30)])('There is no delivery %s', async (id) => {
  expect((await world.replay(id)).status).toBe(404);
  expect((await world.skip(id)).status).toBe(404);
});

test('A body that says something else is refused, and so is a call without the token', async () => {
  const { context } = await openChat();
  expect((await world.replay(context.id, { confirmRepeat: 'yes' })).status).toBe(422);
  expect((await world.replay(context.id, { force: true })).status).toBe(422);
  const path = `/admin/api/deliveries/${context.id}/replay`;
  const token = `Bearer ${ADMIN_TOKEN}`;
  const call = () => request(world.service.url).post(path);
  expect((await call().set('Authorization', token).type('json').send('{')).status).toBe(400);
  expect((await call().set('Authorization', token).type('text').send('x')).status).toBe(415);
  expect((await call().send({ confirmRepeat: true })).status).toBe(401);
});
