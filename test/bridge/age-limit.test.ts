import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { NewDelivery } from '../../src/bridge/delivery.ts';
import { enqueue } from '../../src/bridge/enqueue.ts';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { satisfactionFilled } from '../simulators/iadvize-events.ts';
import type { SeenDelivery } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const MESSAGE = { method: 'POST', path: /\/message$/ };
/** Longer than it takes to be tried once. */
const LIMIT_MS = 1_500;
/** Website whose installation has that limit. */
const IMPATIENT = 2;

let world: ReplayWorld;
beforeAll(async () => {
  world = await startReplayWorld();
  await world.install(1, [world.thuliumDestination({ textLimit: 200 })]);
  await world.install(IMPATIENT, [world.thuliumDestination()], { messageAgeLimitMinutes: LIMIT_MS / 60_000 });
});
afterEach(() => world.thulium.faults.clear());
afterAll(() => world.stop());

const live = (text: string, expiresInMs?: number): NewDelivery<'message'> => ({
  key: text.slice(0, 40),
  kind: 'message',
  payload: { author: 'visitor', text },
  ...(expiresInMs !== undefined && { expiresInMs }),
});

/** A chat that is open, and the door through which live messages come into its lane. */
async function openChat(websiteId = 1, texts: string[] = []) {
  const one = world.conversation(texts, websiteId);
  await world.sender.send(one.started());
  await eventually(
    () => world.deliveries(one.id),
    (all) => all.some(({ kind, status }) => kind === 'message' && status === 'delivered'),
  );
  const lane = { installationId: `ha-${websiteId}`, conversationId: one.id, destinationId: 'thulium-main' };
  const { database } = world.service;
  const say = async (...deliveries: NewDelivery[]): Promise<void> => {
    await database.transaction((sql) => enqueue(sql, lane, deliveries, null));
    database.notices.send('lanes');
  };
  const saidAll = (...texts: string[]) =>
    eventually(
      () => world.said(one.conversationId),
      (said) => texts.every((text) => said.includes(text)),
    );
  return { one, say, saidAll };
}

test('What grew too old in an outage is not blurted out after it; what has no limit is', async () => {
  const { one, say, saidAll } = await openChat();
  world.thulium.faults.add({ match: MESSAGE, times: Infinity, kind: 'status', status: 503 });
  await say(live('are you there?', LIMIT_MS), live('hello?', LIMIT_MS), live('from the transcript'));
  await eventually(
    () => world.deliveries(one.id),
    (all) => all.some(({ status }) => status === 'expired'),
  );
  world.thulium.faults.clear();
  await say(live('still me', 60_000));
  expect(await saidAll('from the transcript', 'still me')).toEqual(['from the transcript', 'still me']);
  const expired = (await world.deliveries(one.id)).filter(({ status }) => status === 'expired');
  expect(expired.map(({ reason }) => reason)).toEqual(['too-old', 'too-old']);
});

test('A message in doubt is looked for before it counts as too old: nobody is told that it was not said', async () => {
  const { one, say, saidAll } = await openChat();
  world.thulium.faults.add({ match: MESSAGE, kind: 'accept-then-cut' });
  world.thulium.faults.add({ match: { path: /\/chats$/ }, times: Infinity, kind: 'status', status: 503 });
  await say(live('arrived', LIMIT_MS), live('next'));
  await world.thulium.ledger.waitFor(() => world.said(one.conversationId).includes('arrived'));
  const { expiresAt } = await world.with(one, 'sending');
  await eventually(Date.now, (now) => now > Date.parse(expiresAt ?? '') + 100);
  world.thulium.faults.clear();
  await saidAll('next');
  const all = await world.deliveries(one.id);
  expect(all.map(({ status }) => status)).not.toContain('expired');
  expect(world.said(one.conversationId)).toEqual(['arrived', 'next']);
});

test('The parts of a long message share its limit', async () => {
  const { one, say } = await openChat();
  world.thulium.faults.add({ match: MESSAGE, times: Infinity, kind: 'status', status: 429 });
  await say(live(`${'long '.repeat(60)}end`, LIMIT_MS));
  const parts = await eventually(
    async () => (await world.deliveries(one.id)).filter(({ part }) => part > 0).slice(-2),
    (all) => all.length === 2 && all.every(({ status }) => status === 'expired'),
  );
  expect(parts.map(({ reason }) => reason)).toEqual(['too-old', 'too-old']);
});

test('An expired message is said after all when an operator replays it, last and once', async () => {
  const { one, say, saidAll } = await openChat();
  await say(live('old', 0), live('new'));
  await saidAll('new');
  const expired = await world.with(one, 'expired');
  expect((await world.skip(expired.id)).status).toBe(409);
  const answers = await Promise.all([world.replay(expired.id), world.replay(expired.id)]);
  expect(answers[0]).toMatchObject({ status: 200, body: { id: expired.id, expiresAt: null } });
  expect(await saidAll('old')).toEqual(['new', 'old']);
  await world.sender.send(one.closed());
  expect(await saidAll('stop')).toEqual(['new', 'old', 'stop']);
});

const rated = (score: number): string => `[iAdvize] The visitor rated the conversation: ${score}`;
const rate = (conversationId: number, websiteId: number, score: number) =>
  world.sender.send(satisfactionFilled({ platform: 'ha', websiteId, conversationId, score }));

test('A rating that an outage kept for longer than the installation allows is not said after it, unless it is replayed', async () => {
  const { one, saidAll } = await openChat(IMPATIENT, ['from the transcript']);
  world.thulium.faults.add({ match: MESSAGE, times: Infinity, kind: 'status', status: 503 });
  await rate(one.conversationId, IMPATIENT, 1);
  const expired = await world.with(one, 'expired');
  expect(expired).toMatchObject({ kind: 'message', reason: 'too-old' });
  world.thulium.faults.clear();
  expect(world.said(one.conversationId)).toEqual([]);
  expect((await world.replay(expired.id)).status).toBe(200);
  await saidAll(rated(1));
  await world.sender.send(one.closed());
  expect(await saidAll('stop')).toEqual([rated(1), 'from the transcript', 'stop']);
});

test('What has to be said at its time expires after ten minutes where nothing else is set; a conversation never does', async () => {
  const { one, saidAll } = await openChat(1, ['from the transcript']);
  await rate(one.conversationId, 1, 4);
  await world.sender.send(one.closed());
  await saidAll(rated(4), 'stop');
  const all = (await world.deliveries(one.id)) as (SeenDelivery & { createdAt: string })[];
  // Counted from the moment it came.
  const minutes = (ms: number): number => Math.round(ms / 60_000);
  const limits = all.map(
    ({ expiresAt, createdAt }) => expiresAt && minutes(Date.parse(expiresAt) - Date.parse(createdAt)),
  );
  // Start and context, the rating, transcript and its message, end.
  expect(limits).toEqual([null, null, 10, null, null, null]);
});
