import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DestinationFailure } from '../../src/destinations/destination-failure.ts';
import { later, LIST, startThuliumWorld, textsOf, type ThuliumWorld } from './thulium-world.ts';

let world: ThuliumWorld;

beforeEach(async () => void (world = await startThuliumWorld()));
afterEach(() => world.stop());

const lists = () => world.simulator.requests.entries().filter(({ path }) => path.endsWith('/chats'));

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Starts chats that are not ours, until there are `count` of them. */
async function crowd(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await world.start({ email: `other${index}@example.org` });
}

describe('one reading for all chats of the queue', () => {
  test('Many chats are read with one call, and each keeps its own cursor', async () => {
    const chats = await Promise.all([1, 2, 3].map((index) => world.start({}, `ha-1:${index}`)));
    for (const chat of chats) world.simulator.agentWrites(chat.remoteId, `for ${chat.remoteId}`);
    const events = await world.poll(chats);
    expect(events.map(({ remoteId }) => remoteId)).toEqual(chats.map(({ remoteId }) => remoteId));
    expect(lists()).toHaveLength(1);
    world.simulator.agentWrites(chats[1]!.remoteId, 'only here');
    expect(await world.poll(chats)).toMatchObject([{ remoteId: chats[1]!.remoteId, text: 'only here' }]);
  });

  test('A chat on a later page is found, and no page is read twice for it nor after it', async () => {
    await crowd(205);
    const chat = await world.start();
    await crowd(100);
    world.simulator.agentWrites(chat.remoteId, 'found');
    expect(textsOf(await world.poll([chat]))).toEqual(['found']);
    expect(lists().map(({ query }) => query['offset'])).toEqual(['0', '100', '200']);
  });

  test('Pages that hold less than was asked for leave nothing out', async () => {
    const chats = [];
    for (let index = 0; index < 3; index += 1) chats.push(await world.start({}, `ha-1:${index}`));
    const result = chats.map((chat, index) => ({
      ...{ conversation_id: chat.remoteId, status: 'IN_PROGRESS' },
      messages: [{ sent_by: 'AGENT', text: `text ${index}`, date: '2024-06-01 10:00:20.000' }],
    }));
    for (const one of result) {
      const body = { count: 3, result: [one] };
      world.simulator.faults.add({ match: LIST, kind: 'status', status: 200, body });
    }
    expect(textsOf(await world.poll(chats))).toEqual(['text 0', 'text 1', 'text 2']);
    expect(lists().map(({ query }) => query['offset'])).toEqual(['0', '1', '2']);
  });

  test('The list begins a day before the oldest open chat', async () => {
    const old = await world.start();
    old.state = { listFrom: '2024-05-31' };
    await world.poll([await world.start(), old]);
    expect(lists()[0]?.query['date_from']).toBe('2024-05-31');
  });

  test('A chat of a shape that cannot be read hides no other', async () => {
    const chat = await world.start();
    const good = { conversation_id: chat.remoteId, messages: { 0: { sent_by: 'AGENT', text: 'seen', date: '1' } } };
    const body = { count: 2, result: [{ conversation_id: null }, good] };
    world.simulator.faults.add({ match: LIST, kind: 'status', status: 200, body });
    expect(textsOf(await world.poll([chat]))).toEqual(['seen']);
  });
});

describe('a chat that is not met', () => {
  test('is looked for in a second pass before anything is concluded', async () => {
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'here');
    world.simulator.faults.add({ match: LIST, kind: 'status', status: 200, body: { count: 0, result: [] } });
    expect(textsOf(await world.poll([chat]))).toEqual(['here']);
  });

  test('is lost after three full passes, and not before; the others are read all the same', async () => {
    const [lost, other] = [await world.start(), await world.start({}, 'ha-1:2')];
    world.simulator.deleteChat(lost.remoteId);
    world.simulator.agentWrites(other.remoteId, 'still here');
    expect(await world.poll([lost, other])).toMatchObject([{ text: 'still here' }]);
    expect(lists()).toHaveLength(2);
    expect(await world.poll([lost, other])).toEqual([{ kind: 'ended', remoteId: lost.remoteId, reason: 'gone' }]);
  });

  test('starts from nothing again when it shows up', async () => {
    const chat = await world.start();
    const empty = { match: LIST, kind: 'status', status: 200, body: { count: 0, result: [] } } as const;
    for (let round = 0; round < 3; round += 1) {
      world.simulator.faults.add({ ...empty, times: 2 });
      expect(await world.poll([chat])).toEqual([]);
      expect(await world.poll([chat])).toEqual([]);
    }
  });

  test('is not given up while its start may still be showing', async () => {
    world.reopen({ settleMs: 60_000 });
    const chat = await world.start();
    world.simulator.deleteChat(chat.remoteId);
    for (let round = 0; round < 3; round += 1) expect(await world.poll([chat])).toEqual([]);
    world.at(() => new Date(Date.now() + 61_000));
    expect(await world.poll([chat])).toMatchObject([{ kind: 'ended', reason: 'gone' }]);
  });
});

describe('the end', () => {
  test('CLOSED: the last texts are flushed by one more reading, then the end comes once', async () => {
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'goodbye');
    world.simulator.closeByAgent(chat.remoteId);
    expect(await world.poll([chat])).toEqual([expect.objectContaining({ text: 'goodbye' })]);
    expect(await world.poll([chat])).toEqual([{ kind: 'ended', remoteId: chat.remoteId, reason: 'ended' }]);
  });

  test('A text that shows after the end, within the settle time, comes before it', async () => {
    world.reopen({ settleMs: 5_000 });
    const chat = await world.start();
    world.simulator.slowToShowMs = 4_000;
    world.simulator.agentWrites(chat.remoteId, 'last words');
    world.simulator.closeByAgent(chat.remoteId);
    expect(await world.poll([chat])).toEqual([]);
    expect(await world.poll([chat])).toEqual([]);
    world.at(() => new Date(Date.now() + 6_000));
    const last = await later(4_001, () => world.poll([chat]));
    expect(last).toMatchObject([{ text: 'last words' }, { kind: 'ended' }]);
  });

  test('A chat that no agent takes is stopped when the settings say so, and ends as inactive', async () => {
    world.reopen({ giveUpAfterMs: 600_000 });
    const [waiting, taken] = [await world.start(), await world.start({}, 'ha-1:2')];
    world.simulator.agentWrites(taken.remoteId, 'hello');
    await world.poll([waiting, taken]);
    world.at(() => new Date(Date.now() + 601_000));
    expect(await world.poll([waiting, taken])).toEqual([]);
    const stops = world.simulator.ledger.entries().filter(({ kind }) => kind === 'stop');
    expect(stops).toMatchObject([{ conversationId: waiting.remoteId }]);
    await world.poll([waiting, taken]);
    const end = { kind: 'ended', remoteId: waiting.remoteId, reason: 'inactive' };
    expect(await world.poll([waiting, taken])).toEqual([end]);
  });
});

describe('trouble', () => {
  test.each([
    ['seconds', '10'],
    ['a date', () => new Date(Date.now() + 11_000).toUTCString()],
  ])('21: a limit tells in %s how long the next poll waits', async (_what, header) => {
    const chat = await world.start();
    const headers = { 'Retry-After': typeof header === 'string' ? header : header() };
    world.simulator.faults.add({ match: LIST, kind: 'status', status: 429, headers });
    const failure = await failureOf(world.poll([chat]));
    expect(failure).toMatchObject({ kind: 'throttled', code: 'rate-limited', httpStatus: 429 });
    const { retryAfterMs = 0 } = failure as DestinationFailure;
    expect(retryAfterMs).toBeGreaterThanOrEqual(9_000);
    expect(retryAfterMs).toBeLessThanOrEqual(11_000);
    expect(lists()).toHaveLength(1);
  });

  test('Trouble that says how long it lasts passes that on, and stays trouble', async () => {
    const chat = await world.start();
    const headers = { 'Retry-After': '7' };
    world.simulator.faults.add({ match: LIST, kind: 'status', status: 503, headers });
    const failure = await failureOf(world.poll([chat]));
    expect(failure).toMatchObject({ kind: 'notSent', code: 'server-error', retryAfterMs: 7_000 });
  });

  test('22: when the list with the queue filter answers 500, the one without it is read, and remembered for a while', async () => {
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'hello');
    const match = ({ query }: { query: URLSearchParams }): boolean => query.has('chat_queue_id');
    await world.poll([chat], { lose: true });
    world.simulator.faults.add({ match, times: Infinity, kind: 'status', status: 500 });
    expect(textsOf(await world.poll([chat]))).toEqual(['hello']);
    world.reopen();
    await world.poll([chat]);
    const filtered = () => lists().map(({ query }) => 'chat_queue_id' in query);
    expect(filtered()).toEqual([true, true, false, false]);
    world.simulator.faults.clear();
    world.at(() => new Date(Date.now() + 601_000));
    await world.poll([chat]);
    expect(filtered()).toEqual([true, true, false, false, true]);
  });

  test('500 to every list is trouble of its own, and the filter is kept', async () => {
    const chat = await world.start();
    world.simulator.faults.add({ match: LIST, times: 2, kind: 'status', status: 500 });
    expect(await failureOf(world.poll([chat]))).toMatchObject({ kind: 'notSent', code: 'server-error' });
    await world.poll([chat]);
    expect(lists().map(({ query }) => 'chat_queue_id' in query)).toEqual([true, false, true]);
  });

  test.each([
    ['a wrong password', 401, 'refused', 'credentials-refused'],
    ['a missing right', 403, 'refused', 'permission-missing'],
    ['a wrong address', 404, 'refused', 'request-refused'],
  ])('3: %s ends no chat', async (_what, status, kind, code) => {
    const chat = await world.start();
    world.simulator.faults.add({ match: LIST, kind: 'status', status });
    expect(await failureOf(world.poll([chat]))).toMatchObject({ kind, code, requestId: undefined });
  });

  test('A line that is cut while reading loses nothing', async () => {
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'hello');
    world.simulator.faults.add({ match: LIST, kind: 'accept-then-cut' });
    expect(await failureOf(world.poll([chat]))).toMatchObject({ kind: 'notSent', code: 'no-answer' });
    expect(textsOf(await world.poll([chat]))).toEqual(['hello']);
  });

  test('A reading that is given up throws the reason it was given up for', async () => {
    const chat = await world.start();
    world.simulator.faults.add({ match: LIST, kind: 'delay', ms: 60_000 });
    const stopping = new AbortController();
    const reading = failureOf(world.receive([chat], stopping.signal));
    setTimeout(() => stopping.abort(new Error('stopping')), 50);
    expect(await reading).toEqual(new Error('stopping'));
  });
});

test('The next poll is as far away as the settings say', async () => {
  world.reopen({ pollIntervalMs: 4_500 });
  expect((await world.receive([await world.start()])).pauseMs).toBe(4_500);
});
