import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { conversationPushedV2 } from '../simulators/iadvize-events.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';
import {
  chatsOf,
  installedEarlier,
  listCalls,
  listedConversation,
  onSite,
  roundsPass,
  sendInVain,
  startReconcileWorld,
} from './reconcile-world.ts';

type World = Awaited<ReturnType<typeof startReconcileWorld>>;

let world: World;
let next = 8_000;

afterEach(() => world.stop());

const FOUND = expect.stringContaining('Its start was never announced');
const isOver = (chats: string[][]): boolean => chats.at(-1)?.at(-1) === '(end)';
const isStarted = (chats: string[][]): boolean => chats.flat().length > 0;
const logged = (pattern: RegExp) =>
  eventually(
    () => pattern.test(world.service.logs()),
    (isThere) => isThere,
  );

describe('iAdvize is asked', () => {
  test('not at all with RECONCILE_MINUTES=0', async () => {
    world = await startReconcileWorld({}, { RECONCILE_MINUTES: '0' });
    await installedEarlier(world, 1);
    const missed = listedConversation(world, 1, (next += 1));
    const told = conversationOf(1, (next += 1));
    told.readable(world, []);
    await world.sender.send(told.started());
    // Many rounds would have passed by now.
    await eventually(() => chatsOf(world, { email: `ana${next}@example.org` }), isStarted);
    expect(listCalls(world)).toEqual([]);
    expect(chatsOf(world, missed)).toEqual([]);
  });

  test('not for an installation without a key, or one that is switched off', async () => {
    world = await startReconcileWorld();
    await installedEarlier(world, 1);
    await installedEarlier(world, 2, { iadvize: {} });
    await installedEarlier(world, 3);
    await world.service.database.query(`UPDATE installation SET active = false WHERE id = 'ha-3'`);
    await roundsPass(world);
    const asked = listCalls(world).length;
    await roundsPass(world);
    expect(
      new Set(
        listCalls(world)
          .slice(asked)
          .map(({ website }) => website),
      ),
    ).toEqual(new Set(['1']));
  });

  test('not before the time that a 429 named, and as usual after it', async () => {
    world = await startReconcileWorld();
    await installedEarlier(world, 1);
    await roundsPass(world, 1);
    const answer = { status: 429, headers: { 'Retry-After': '2' } };
    world.rest.faults.add({ match: { path: /\/conversation$/ }, kind: 'status', ...answer });
    const conversation = listedConversation(world, 1, (next += 1));
    await eventually(() => chatsOf(world, conversation), isOver);
    const refused = world.rest.requests.entries().findIndex(({ status }) => status === 429);
    const [from, then] = listCallsFrom(refused);
    expect(then! - from!).toBeGreaterThanOrEqual(2_000);
    await logged(/"event":"reconcile-failed".*"reason":"source-unavailable"/);
  });

  test('more and more rarely while it is down, and nothing is lost by that', async () => {
    world = await startReconcileWorld();
    await installedEarlier(world, 1);
    await roundsPass(world, 1);
    const before = listCalls(world).length;
    world.rest.faults.add({ match: { path: /\/conversation$/ }, kind: 'status', status: 503, times: 5 });
    const conversation = listedConversation(world, 1, (next += 1));
    await eventually(() => chatsOf(world, conversation), isOver);
    const calls = listCalls(world).slice(before);
    const pauses = calls.slice(1, 6).map(({ at }, index) => Date.parse(at) - Date.parse(calls[index]!.at));
    // 100 ms doubled each time, give or take a tenth.
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(1_400);
    expect(chatsOf(world, conversation)).toEqual([[FOUND, 'hello', '(end)']]);
  });

  test('about a conversation that has been open for longer than the list goes back, until it is over', async () => {
    world = await startReconcileWorld({ overlapMs: 2_000 });
    await installedEarlier(world, 1);
    const conversation = listedConversation(world, 1, (next += 1), { open: true });
    await world.sender.send(conversation.started({ createdAt: conversation.beganAt.toISOString() }));
    await eventually(() => chatsOf(world, conversation), isStarted);
    await sendInVain(conversation.closed());
    // As old as the conversations that no list we read has any more.
    await world.service.database.query(`UPDATE conversation SET started_at = started_at - interval '20 seconds'`);
    conversation.list({ created_at: onSite(Date.now() - 25 * 60_000), closed_at: onSite(Date.now() - 1_000) });
    const [texts] = await eventually(() => chatsOf(world, conversation), isOver);
    expect(texts?.slice(1)).toEqual(['hello', '(end)']);
  });
});

/** Moments, in ms, of the reads of the list from the `index`-th request on. */
function listCallsFrom(index: number): number[] {
  const calls = world.rest.requests
    .entries()
    .slice(index)
    .filter(({ path }) => path.endsWith('/conversation'));
  return calls.map(({ at }) => Date.parse(at));
}

describe('When ids of events and of the list may not fit', () => {
  test('When no conversation that events told of is in the list, then what is in it is left, and named', async () => {
    world = await startReconcileWorld();
    await installedEarlier(world, 1);
    const told = {
      platform: 'ha',
      projectId: 1,
      channel: 'CHAT',
      conversationId: randomUUID(),
      visitorExternalId: '1',
    };
    await world.sender.send(
      conversationPushedV2({ ...told, createdAt: new Date(Date.now() - 20 * 60_000).toISOString() }),
    );
    // Nothing says whether this is the same conversation under another id.
    const listed = listedConversation(world, 1, (next += 1));
    await logged(new RegExp(`"unsure-which":1.*"unsure":\\["${listed.conversationId}"\\]`));
    await roundsPass(world);
    expect(chatsOf(world, listed)).toEqual([]);
  });

  test('When others are in the list, then only those that began at the same time are left', async () => {
    world = await startReconcileWorld();
    await installedEarlier(world, 1);
    const open = { open: true, agoMs: 25 * 60_000 };
    const fitting = listedConversation(world, 1, (next += 1), open);
    const ids = { platform: 'ha', projectId: 1, channel: 'CHAT', visitorExternalId: '1' };
    const createdAt = fitting.beganAt.toISOString();
    await world.sender.send(conversationPushedV2({ ...ids, conversationId: fitting.uuid, createdAt }));
    const misfit = new Date(Date.now() - 60_000).toISOString();
    await world.sender.send(conversationPushedV2({ ...ids, conversationId: randomUUID(), createdAt: misfit }));
    const near = listedConversation(world, 1, (next += 1), { agoMs: 90_000 });
    const far = listedConversation(world, 1, (next += 1), { agoMs: 20 * 60_000 });
    expect(await eventually(() => chatsOf(world, far), isOver)).toEqual([[FOUND, 'hello', '(end)']]);
    await roundsPass(world);
    expect(chatsOf(world, near)).toEqual([]);
  });
});

test('Two workers on one database bridge every missed conversation once', async () => {
  const shared = await openTestDatabase();
  // Both stop their service; the database is closed by whoever opened it.
  const database = { ...shared, close: async () => undefined };
  world = await startReconcileWorld({ everyMs: 40 }, {}, database);
  const restUrls = { IADVIZE_REST_URL_HA: world.rest.url, IADVIZE_REST_URL_SD: world.rest.url };
  const options = { database, reconcile: { ...world.reconcile, everyMs: 40 } };
  const second = await startTestService({ ...restUrls, RECONCILE_MINUTES: '5' }, options);
  try {
    await installedEarlier(world, 1);
    const missed = Array.from({ length: 12 }, () => listedConversation(world, 1, (next += 1)));
    for (const conversation of missed) await eventually(() => chatsOf(world, conversation), isOver);
    await roundsPass(world, 6);
    for (const conversation of missed) expect(chatsOf(world, conversation)).toEqual([[FOUND, 'hello', '(end)']]);
    const looks = [world.service, second].map((service) => service.logs().includes('"event":"reconciled"'));
    expect(looks).toEqual([true, true]);
  } finally {
    await second.stop();
    await world.service.stop();
    await shared.close();
  }
});
