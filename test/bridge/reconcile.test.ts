import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationClosedV2, conversationPushedV2 } from '../simulators/iadvize-events.ts';
import { eventually } from '../support/eventually.ts';
import {
  chatsOf,
  installedEarlier,
  type ListedConversation,
  listedConversation,
  roundsPass,
  sendInVain,
  startReconcileWorld,
} from './reconcile-world.ts';

let world: Awaited<ReturnType<typeof startReconcileWorld>>;
let next = 7_000;

beforeAll(async () => {
  world = await startReconcileWorld();
  await installedEarlier(world, 1);
});
afterEach(() => world.rest.faults.clear());
afterAll(() => world.stop());

const FOUND = expect.stringContaining('Its start was never announced');
const whole = ({ texts }: ListedConversation): unknown[][] => [[FOUND, ...texts, '(end)']];
const isOver = (chats: string[][]): boolean => chats.at(-1)?.at(-1) === '(end)';
const found = (conversation: ListedConversation) => eventually(() => chatsOf(world, conversation), isOver);
const isStarted = (chats: string[][]): boolean => chats.length > 0 && chats[0]!.length > 0;

/** What its public timeline says came in about it. */
async function eventsOf({ id }: ListedConversation): Promise<object[]> {
  const path = `/conversations/${encodeURIComponent(id)}`;
  const { body } = await world.service.admin<{ timeline: { kind: string }[] }>('GET', path);
  return body.timeline.filter(({ kind }) => kind === 'event');
}

describe('Conversations that no event told of', () => {
  test('When the intake was off until the sender gave up, then every one of them is found and bridged exactly once', async () => {
    const missed = Array.from({ length: 25 }, (_, index) =>
      listedConversation(world, 1, (next += 1), { agoMs: 120_000 - index * 1_000, texts: [`a${index}`, 'ok', 'ok'] }),
    );
    await sendInVain(...missed.flatMap(({ started, closed }) => [started(), closed()]));

    for (const conversation of missed) await found(conversation);
    await roundsPass(world);
    for (const conversation of missed) expect(chatsOf(world, conversation)).toEqual(whole(conversation));
    expect(await eventsOf(missed[0]!)).toEqual([]);
    const lines = world.service.logs().match(/"event":"reconciled"[^\n]*/g) ?? [];
    expect(lines.join()).toMatch(/"found":\d+/);
  });

  test('One that is still open is started, and closed when a later round sees that it closed', async () => {
    const conversation = listedConversation(world, 1, (next += 1), { open: true });
    await eventually(() => chatsOf(world, conversation), isStarted);
    await roundsPass(world);
    expect(chatsOf(world, conversation)).toEqual([[FOUND]]);
    conversation.close();
    expect(await found(conversation)).toEqual(whole(conversation));
  });

  test('One that was erased stays away, though the list goes on naming it by both its ids', async () => {
    const open = listedConversation(world, 1, (next += 1), { open: true });
    const over = listedConversation(world, 1, (next += 1));
    await eventually(() => chatsOf(world, open), isStarted);
    await found(over);
    for (const { visitorId } of [open, over]) {
      const { body } = await world.service.admin<{ erased: object[] }>('POST', '/privacy/erase', { visitorId });
      expect(body.erased).toMatchObject([{ installation: 'ha-1', conversations: 1 }]);
    }
    await roundsPass(world);
    open.close();
    await roundsPass(world);
    await world.sender.send(conversationClosedV2({ platform: 'ha', projectId: 1, conversationId: over.uuid }));
    await roundsPass(world);
    expect([chatsOf(world, open).length, chatsOf(world, over).length]).toEqual([1, 1]);
    const left = await world.service.database.query(`SELECT id FROM conversation WHERE id = ANY($1::text[])`, [
      [open, over].flatMap(({ id, uuid }) => [id, `ha-1:${uuid}`]),
    ]);
    expect(left).toEqual([]);
  });

  test('One that waits for an agent is none yet', async () => {
    const conversation = listedConversation(world, 1, (next += 1), { open: true, fields: { waitinglist: true } });
    await roundsPass(world);
    expect(chatsOf(world, conversation)).toEqual([]);
    conversation.list({ waitinglist: false });
    await eventually(() => chatsOf(world, conversation), isStarted);
  });

  test('One from before the installation is not its own', async () => {
    const before = listedConversation(world, 1, (next += 1), { agoMs: 31 * 60_000 });
    const after = listedConversation(world, 1, (next += 1), { agoMs: 29 * 60_000 });
    expect(await found(after)).toEqual(whole(after));
    await roundsPass(world);
    expect(chatsOf(world, before)).toEqual([]);
  });

  test('One that may be from before it, for all we know of the clock, is left and named to the operator', async () => {
    // Without a message nothing tells the website's clock from UTC, an hour or two apart.
    const conversation = listedConversation(world, 1, (next += 1), { open: true, texts: [], agoMs: 45 * 60_000 });
    const named = new RegExp(`"unsure-when":1.*"unsure":\\["${conversation.conversationId}"\\]`);
    await eventually(
      () => named.test(world.service.logs()),
      (isNamed) => isNamed,
    );
    expect(chatsOf(world, conversation)).toEqual([]);
  });
});

describe('Events that come late, after it was found', () => {
  test.each(['open', 'closed'])('Its own start and close add nothing to one found %s', async (state) => {
    const conversation = listedConversation(world, 1, (next += 1), { open: state === 'open' });
    await eventually(() => chatsOf(world, conversation), isStarted);
    const createdAt = conversation.beganAt.toISOString();
    // By another agent: the list names the one who has it now.
    await world.sender.send(conversation.started({ createdAt, operatorId: 4 }));
    conversation.close();
    await found(conversation);
    await world.sender.send(conversation.started({ createdAt, operatorId: 9 }));
    await world.sender.send(conversation.closed());
    await planned();
    expect(chatsOf(world, conversation)).toEqual(whole(conversation));
  });

  test('Events of the other dialect, which call it by its UUID, add nothing either', async () => {
    const conversation = listedConversation(world, 1, (next += 1), { open: true });
    await eventually(() => chatsOf(world, conversation), isStarted);
    const ids = { platform: 'ha', projectId: 1, conversationId: conversation.uuid };
    const createdAt = conversation.beganAt.toISOString();
    await world.sender.send(conversationPushedV2({ ...ids, createdAt, operatorId: 4, visitorExternalId: '1' }));
    await planned();
    expect(chatsOf(world, conversation)).toEqual([[FOUND]]);
    // Its close is the one we did not have yet.
    await world.sender.send(conversationClosedV2({ ...ids, operatorIds: [4] }));
    expect(await found(conversation)).toEqual(whole(conversation));
    conversation.close();
    await roundsPass(world);
    expect(chatsOf(world, conversation)).toEqual(whole(conversation));
  });

  test('A transfer that happened after it was found is told', async () => {
    const conversation = listedConversation(world, 1, (next += 1), { open: true });
    await eventually(() => chatsOf(world, conversation), isStarted);
    await eventually(
      () => world.sender.send(conversation.started({ createdAt: new Date().toISOString(), operatorId: 4 })),
      () =>
        chatsOf(world, conversation)
          .flat()
          .some((text) => text.includes('was transferred')),
    );
  });
});

describe('Conversations that events told of', () => {
  test('Nothing is left to do for them', async () => {
    const conversation = listedConversation(world, 1, (next += 1), { open: true });
    await world.sender.send(conversation.started({ createdAt: conversation.beganAt.toISOString() }));
    await eventually(() => chatsOf(world, conversation), isStarted);
    conversation.close();
    await world.sender.send(conversation.closed());
    const [texts] = await found(conversation);
    await roundsPass(world);
    expect(chatsOf(world, conversation)).toEqual([texts]);
  });

  test('When only the close was missed, then it is found', async () => {
    const conversation = listedConversation(world, 1, (next += 1), { open: true });
    await world.sender.send(conversation.started({ createdAt: conversation.beganAt.toISOString() }));
    await eventually(() => chatsOf(world, conversation), isStarted);
    await sendInVain(conversation.closed());
    conversation.close();
    const [texts] = await found(conversation);
    expect(texts?.slice(1)).toEqual(['hello', '(end)']);
  });
});

/** Resolves when the planner has nothing left. */
async function planned(): Promise<void> {
  const idle = `SELECT 1 FROM event WHERE plan_after IS NOT NULL`;
  await eventually(
    () => world.service.database.query(idle),
    (rows) => rows.length === 0,
  );
  await roundsPass(world, 1);
}
