import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { satisfactionFilled } from '../simulators/iadvize-events.ts';
import type { SeenDelivery } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { type ListeningWorld, startListeningWorld, talk, toyDestination } from '../support/listening-world.ts';

/**
 * A chat system that neither takes our key nor lets us look: there the installation decides what becomes of a doubt.
 * Judged by what the chat system has and what the operator is shown.
 */
const POLICIES = { hold: 1, resend: 2, skip: 3 };
/** The second never got there, and nobody can tell one from the other. */
const CUTS = [
  { cut: 'accept-then-cut' as const, arrived: 1 },
  { cut: 'cut-before' as const, arrived: 0 },
];
const START = { method: 'POST', path: /^\/chats$/ };
const MESSAGE = { method: 'POST', path: /\/messages$/ };
const CONTEXT: unknown = expect.stringContaining('[iAdvize] Conversation from Shop');
const MISSING = '[iAdvize] One message may be missing here: nobody can tell whether it arrived.';
const ENDING = [expect.stringContaining('transcript could not be read'), '(end)'];
const rated = (score: number): string => `[iAdvize] The visitor rated the conversation: ${score}`;

let world: ListeningWorld;
let last = 0;
beforeAll(async () => {
  world = await startListeningWorld();
  for (const [uncertainPolicy, websiteId] of Object.entries(POLICIES)) {
    await world.install(websiteId, [toyDestination(world.toy.url, 'toy-list')], { uncertainPolicy });
  }
});
afterEach(() => world.toy.faults.clear());
afterAll(() => world.stop());

function conversation(policy: keyof typeof POLICIES) {
  const [websiteId, conversationId] = [POLICIES[policy], (last += 1)];
  const one = talk(conversationId, websiteId);
  const chats = () => world.toy.all().filter(({ conversation: id }) => id === one.id);
  return {
    ...one,
    rate: (score: number) =>
      world.sender.send(satisfactionFilled({ platform: 'ha', websiteId, conversationId, score })),
    /** Of every chat that was made for it, what its agent has seen. */
    seen: () => chats().map(({ sent, ended }) => [...sent, ...(ended ? ['(end)'] : [])]),
    async deliveries(): Promise<SeenDelivery[]> {
      const query = `/deliveries?limit=200&conversation=${encodeURIComponent(one.id)}`;
      const { items } = (await world.service.admin<{ items: SeenDelivery[] }>('GET', query)).body;
      return items.sort((a, b) => a.position - b.position || a.part - b.part || Number(a.id) - Number(b.id));
    },
  };
}
type Conversation = ReturnType<typeof conversation>;

/** Resolves with its deliveries once nothing moves by itself any more. */
const settled = ({ deliveries }: Conversation, count: number): Promise<SeenDelivery[]> =>
  eventually(deliveries, (all) => {
    const moving = all.filter(({ status }) => status === 'pending' || status === 'sending');
    return all.length >= count && (moving.length === 0 || all.some(({ status }) => status === 'uncertain'));
  });

const seenOn = async ({ id }: Conversation, status: string): Promise<object[]> =>
  (await world.seen(id)).timeline.filter(
    (entry) => entry.kind === 'delivery' && 'status' in entry && entry.status === status,
  );

/** A chat in which the second of three ratings is in doubt. */
async function messageInDoubt(policy: keyof typeof POLICIES, cut: 'accept-then-cut' | 'cut-before', times = 1) {
  const one = conversation(policy);
  await world.sender.send(one.started);
  await one.rate(1);
  await eventually(one.seen, ([chat]) => chat?.length === 2);
  world.toy.faults.add({ match: MESSAGE, times, kind: cut });
  for (const score of [2, 3]) await one.rate(score);
  await world.sender.send(one.closed);
  return one;
}

describe.each(CUTS)('A message ($cut)', ({ cut, arrived }) => {
  const own = [CONTEXT, rated(1), ...Array.from({ length: arrived }, () => rated(2))];

  test('is held: exactly that one is uncertain, and its lane waits for a person', async () => {
    const one = await messageInDoubt('hold', cut);
    const uncertain = (await settled(one, 7)).filter(({ status }) => status === 'uncertain');
    expect(uncertain).toMatchObject([{ kind: 'message', reason: 'no-answer', attempts: 1 }]);
    expect(one.seen()).toEqual([own]);
    await world.service.admin('POST', `/deliveries/${uncertain[0]?.id}/skip`);
    await eventually(one.seen, ([chat]) => chat?.at(-1) === '(end)');
    expect(one.seen()).toEqual([[...own, rated(3), ...ENDING]]);
  });

  test('is sent again: nothing is uncertain, and it may be read twice', async () => {
    const one = await messageInDoubt('resend', cut);
    const all = await settled(one, 8);
    expect(one.seen()).toEqual([[...own, rated(2), rated(3), ...ENDING]]);
    expect(all.filter(({ attempts }) => attempts === 2)).toHaveLength(1);
    expect(await seenOn(one, 'uncertain')).toEqual([]);
  });

  test('is passed over: the agent is told so in its place, once', async () => {
    const one = await messageInDoubt('skip', cut);
    await settled(one, 9);
    expect(one.seen()).toEqual([[...own, MISSING, rated(3), ...ENDING]]);
    expect(await seenOn(one, 'skipped')).toMatchObject([
      { carries: 'message', reason: 'no-answer' },
      { carries: 'transcript', reason: 'no-credentials' },
    ]);
    expect(await seenOn(one, 'uncertain')).toEqual([]);
  });

  test('is passed over, and so is not the notice of it: that is said until an answer comes', async () => {
    const one = await messageInDoubt('skip', cut, 3);
    await settled(one, 9);
    const notices = Array.from({ length: 2 * arrived + 1 }, () => MISSING);
    expect(one.seen()).toEqual([[...own, ...notices, rated(3), ...ENDING]]);
  });
});

describe.each(CUTS)('A start ($cut)', ({ cut, arrived }) => {
  async function startInDoubt(policy: keyof typeof POLICIES): Promise<Conversation> {
    world.toy.faults.add({ match: START, kind: cut });
    const one = conversation(policy);
    await world.sender.send(one.started);
    await one.rate(1);
    await world.sender.send(one.closed);
    return one;
  }
  const empty = Array.from({ length: arrived }, () => []);

  test('is held: exactly that one is uncertain, and no other chat is made', async () => {
    const one = await startInDoubt('hold');
    const all = await settled(one, 4);
    expect(all.map(({ status }) => status)).toEqual(['uncertain', 'pending', 'pending', 'pending']);
    expect(all[0]).toMatchObject({ kind: 'start', reason: 'no-answer', attempts: 1 });
    expect(one.seen()).toEqual(empty);
  });

  test('is sent again: all goes into one chat, and an empty one may stay beside it', async () => {
    const one = await startInDoubt('resend');
    await settled(one, 6);
    expect(one.seen()).toEqual([...empty, [CONTEXT, rated(1), ...ENDING]]);
    expect(await seenOn(one, 'uncertain')).toEqual([]);
  });

  test('is passed over with all that hangs on it, and the timeline says of each why', async () => {
    const one = await startInDoubt('skip');
    await settled(one, 5);
    expect(one.seen()).toEqual(empty);
    const whys = (await one.deliveries()).map(({ kind, status, reason }) => [kind, status, reason]);
    expect(whys).toEqual([
      ['start', 'skipped', 'no-answer'],
      ['message', 'skipped', 'no-remote-chat'],
      ['transcript', 'skipped', 'no-credentials'],
      ['message', 'skipped', 'no-remote-chat'],
      ['end', 'skipped', 'no-remote-chat'],
    ]);
    expect(await seenOn(one, 'skipped')).toHaveLength(whys.length);
  });
});
