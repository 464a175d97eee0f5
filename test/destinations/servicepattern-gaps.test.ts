import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { failureOf, type ServicepatternWorld, startServicepatternWorld } from '../support/servicepattern-world.ts';

let world: ServicepatternWorld;

beforeAll(async () => void (world = await startServicepatternWorld()));
beforeEach(() => world.simulator.reset());
afterAll(() => world.stop());

const POLL = { method: 'GET', path: /\/events$/ };
const HISTORY = { method: 'GET', path: /\/history$/ };

async function polled(settings: object = {}) {
  const opened = await world.open(settings);
  // History, history once more, and the poll that says "queued".
  for (let reading = 0; reading < 3; reading += 1) await opened.listener.readOnce();
  const { remoteId } = opened.chat;
  const count = (kind: string) =>
    world.simulator.ledger
      .entries()
      .filter((entry) => entry.kind === kind && 'chatId' in entry && entry.chatId === remoteId).length;
  return { ...opened, remoteId, agent: world.simulator.agent(remoteId), count };
}

/** The same where a settle time passes before it is polled. */
async function polledSettled(settings: object) {
  const opened = await polled(settings);
  await eventually(async () => {
    await opened.listener.readOnce();
    return opened.count('poll');
  }, Boolean);
  const isPolled = () => world.simulator.chats().find(({ chatId }) => chatId === opened.remoteId)?.isPolled;
  return { ...opened, isPolled };
}

describe('a poll whose answer is lost', () => {
  test('When the line is cut after the server handed out, then history brings the message, once', async () => {
    const { listener, agent } = await polled();
    world.simulator.faults.add({ match: POLL, kind: 'accept-then-cut' });
    agent.write('one');
    await listener.readOnce();
    agent.write('two');
    await listener.readUntil(() => listener.texts().length === 2);
    await listener.readOnce();
    expect(listener.texts()).toEqual(['one', 'two']);
  });

  test('When history shows it late, then it is compared once more after the settle time', async () => {
    const { listener, agent } = await polled({ settleMs: 800 });
    world.simulator.slowToShowMs = 600;
    world.simulator.faults.add({ match: POLL, kind: 'accept-then-cut' });
    agent.write('late');
    await listener.readOnce();
    expect(listener.texts()).toEqual([]);
    await eventually(readAgain(listener), (texts) => texts.length === 1);
    for (let reading = 0; reading < 3; reading += 1) await listener.readOnce();
    expect(listener.texts()).toEqual(['late']);
  });

  test('When something new comes before history shows what was lost, then the order stays', async () => {
    const { listener, agent } = await polled({ settleMs: 800 });
    world.simulator.slowToShowMs = 400;
    world.simulator.faults.add({ match: POLL, kind: 'accept-then-cut' });
    agent.write('lost at first');
    await listener.readOnce();
    expect(listener.texts()).toEqual([]);
    agent.write('new');
    await eventually(readAgain(listener), (texts) => texts.length === 2);
    expect(listener.texts()).toEqual(['lost at first', 'new']);
  });

  test('When the cursor was not stored, then the same is read again under the same keys', async () => {
    const { listener, agent, destination, chat } = await polled();
    agent.write('one');
    await listener.readOnce();
    const anew = { ...chat, cursor: undefined, openedAt: new Date(), afterGap: true, countSent: async () => 0 };
    const reading = await destination.receiver!.receive(
      [{ ...anew, remoteId: chat.remoteId, state: chat.state }],
      never(),
    );
    expect(reading.events).toEqual(listener.events);
  });

  test('When it was held for long before, then the settle time begins when it was lost', async () => {
    const { listener, agent, isPolled } = await polledSettled({ settleMs: 400 });
    world.simulator.slowToShowMs = 300;
    world.simulator.switches.holdMs = 5_000;
    world.simulator.faults.add({ match: POLL, kind: 'accept-then-cut' });
    const reading = listener.readOnce();
    await eventually(isPolled, Boolean);
    await wait(600);
    agent.write('late');
    await reading;
    world.simulator.switches.holdMs = 20;
    const until = Date.now() + 2_000;
    while (listener.texts().length === 0 && Date.now() < until) await readAgain(listener)();
    expect(listener.texts()).toEqual(['late']);
  });

  test('When the clock was set back meanwhile, then the chat is polled after a settle time all the same', async () => {
    const settleMs = 200;
    const { destination, chat, count } = await polled({ settleMs });
    const { remoteId } = chat;
    const read = async (cursor: unknown, afterGap = false): Promise<unknown> => {
      const receiving = { ...chat, remoteId, state: chat.state, openedAt: new Date(), countSent: async () => 0 };
      const reading = await destination.receiver!.receive([{ ...receiving, cursor, afterGap }], never());
      return reading.cursors.get(remoteId);
    };
    const compared = (await read(undefined, true)) as { compareFrom: number };
    // Seen from a clock that was set back, what was to be soon is far away.
    let cursor: unknown = { ...compared, compareFrom: compared.compareFrom + 3_600_000 };
    const polls = count('poll');
    const until = Date.now() + 3 * settleMs;
    while (count('poll') === polls && Date.now() < until) {
      cursor = await read(cursor);
      await wait(20);
    }
    expect(count('poll')).toBe(polls + 1);
  });

  test('A cursor that cannot be read is none', async () => {
    const { agent, destination, chat } = await polled();
    agent.write('one');
    const strange = { cursor: { seen: 'all' }, openedAt: new Date(), afterGap: true, countSent: async () => 0 };
    const receiving = { ...strange, remoteId: chat.remoteId, state: chat.state, updateState: chat.updateState };
    expect((await destination.receiver!.receive([receiving], never())).events).toHaveLength(1);
  });
});

function readAgain(listener: Awaited<ReturnType<typeof polled>>['listener']) {
  return async (): Promise<string[]> => {
    await listener.readOnce();
    return listener.texts();
  };
}

const never = () => new AbortController().signal;

describe('a poll that fails', () => {
  test('again and again: pauses double up to the longest, and end with the first that works', async () => {
    const { listener } = await polled();
    world.simulator.faults.add({ match: POLL, times: 3, kind: 'status', status: 500, body: { error_code: '5500' } });
    const pauses = [];
    for (let reading = 0; reading < 5; reading += 1) pauses.push((await listener.readOnce()).pauseMs);
    // Between them history is compared once more.
    expect(pauses).toEqual([20, 0, 40, 0, 50]);
    for (let reading = 0; reading < 2; reading += 1) await listener.readOnce();
    world.simulator.faults.add({ match: POLL, kind: 'status', status: 500 });
    expect((await listener.readOnce()).pauseMs).toBe(20);
  });

  test('When history fails as well, then that is the failure, and the next reading makes it good', async () => {
    const { listener, agent } = await polled();
    world.simulator.faults.add({ match: POLL, kind: 'accept-then-cut' });
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 500 });
    agent.write('one');
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: 'notSent', code: 'server-error' });
    await listener.readOnce();
    expect(listener.texts()).toEqual(['one']);
  });

  test('When the server names its time, then nothing is called before', async () => {
    const { listener } = await polled();
    const before = world.simulator.requests.entries().length;
    world.simulator.faults.add({ match: POLL, kind: 'status', status: 503, headers: { 'Retry-After': '9' } });
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: 'notSent', retryAfterMs: 9_000 });
    expect(world.simulator.requests.entries()).toHaveLength(before + 1);
  });

  test.each([
    ['in seconds', () => '3', 3_000, 3_000],
    ['as a date', () => new Date(Date.now() + 60_000).toUTCString(), 57_000, 60_000],
  ])('429 with Retry-After %s is throttled that long', async (_name, header, least, most) => {
    const { listener } = await polled({ apiVersion: 'v2' });
    world.simulator.faults.add({ match: POLL, kind: 'status', status: 429, headers: { 'Retry-After': header() } });
    const failure = await failureOf(listener.readOnce());
    expect(failure).toMatchObject({ kind: 'throttled', code: 'rate-limited' });
    expect(failure.retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(most);
  });

  test('An answer that is not ServicePattern’s says so', async () => {
    const { listener } = await polled();
    for (const match of [POLL, HISTORY])
      world.simulator.faults.add({ match, kind: 'status', status: 200, body: '<html>' });
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: 'notSent', code: 'bad-answer' });
  });
});

describe('one poll at a time', () => {
  test.each(['v1', 'v2'])('With %s a second one is refused: wait for the documented pause', async (apiVersion) => {
    const { listener, remoteId, count } = await polled({ apiVersion });
    world.simulator.switches.holdMs = 1_000;
    const first = listener.readOnce();
    await eventually(() => world.simulator.chats().find((chat) => chat.chatId === remoteId)?.isPolled, Boolean);
    listener.restart();
    // History, and history once more.
    for (let reading = 0; reading < 2; reading += 1) await listener.readOnce();
    const failure = await failureOf(listener.readOnce());
    expect(failure).toMatchObject({ kind: 'throttled', code: 'rate-limited', retryAfterMs: 300 });
    expect(count('second-poll')).toBe(1);
    world.simulator.agent(remoteId).write('ends the first');
    await first;
  });

  test('When the signal fires, then the poll is given up with its reason and nothing is lost', async () => {
    const { listener, remoteId, agent } = await polled();
    world.simulator.switches.holdMs = 5_000;
    const stop = new AbortController();
    const reading = listener.readOnce(stop.signal);
    const isPolled = () => world.simulator.chats().find((chat) => chat.chatId === remoteId)?.isPolled;
    await eventually(isPolled, Boolean);
    stop.abort(new Error('stopping'));
    await expect(reading).rejects.toThrow('stopping');
    await eventually(isPolled, (polling) => polling === false);
    agent.write('meanwhile');
    await listener.readOnce();
    expect(listener.texts()).toEqual(['meanwhile']);
  });

  test('A poll that we gave up is taken up after a pause, by history first', async () => {
    const { listener, agent, count } = await polled({ pollTimeoutMs: 100 });
    world.simulator.switches.holdMs = 1_000;
    await listener.readOnce();
    agent.write('one');
    world.simulator.switches.holdMs = 20;
    await listener.readUntil(() => listener.texts().length === 1);
    expect(count('second-poll')).toBe(0);
  });
});

test('A keep-alive is sent only where the settings say so', async () => {
  const silent = await polled();
  expect(silent.count('typing')).toBe(0);
  const kept = await polled({ keepAliveMs: 1 });
  await kept.listener.readOnce();
  await kept.listener.readOnce();
  expect(kept.count('typing')).toBeGreaterThan(0);
});
