import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HISTORY, startXmWorld, SYNC, text, type StoredXmChat, type XmWorld } from './xm-world.ts';

let world: XmWorld;
let chat: StoredXmChat;

beforeEach(async () => {
  world = await startXmWorld();
  chat = await world.chat();
  await chat.read();
  // A first mark, so that the polls below are those of a running listener.
  await chat.read();
});
afterEach(() => world.close());

const agentWrites = (words: string) => world.simulator.agentWrites(chat.remoteId, words);
const historyReads = () => chat.requests(/\/messages$/).filter(({ method }) => method === 'GET');

/** A poll whose answer never arrives, though XM counts it as handed out. */
async function losePoll(): Promise<void> {
  world.simulator.behaviour.syncHandsOutOnce = true;
  world.simulator.faults.add({ match: SYNC, kind: 'accept-then-cut' });
  await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent' });
}

describe('What a poll did not bring', () => {
  test('comes from the history after a lost poll, in its order and once', async () => {
    agentWrites('one');
    await losePoll();
    agentWrites('two');
    expect(await chat.texts(3)).toEqual(['one', 'two']);
  });

  test('comes from the history when the sequences show that something is missing', async () => {
    agentWrites('lost');
    await losePoll();
    // As if the process had not noticed that the poll was lost.
    chat.store.afterGap = false;
    agentWrites('seen');
    expect(await chat.texts(2)).toEqual(['lost', 'seen']);
  });

  test('comes from the history of an idle chat, every so often', async () => {
    agentWrites('lost');
    await losePoll();
    chat.store.afterGap = false;
    expect(await chat.texts(1)).toEqual([]);
    world.clock.aheadMs = 60_001;
    expect(await chat.texts(2)).toEqual(['lost']);
  });

  test('comes late when the history is slow, and what followed comes once all the same', async () => {
    agentWrites('lost');
    await losePoll();
    chat.store.afterGap = false;
    agentWrites('seen');
    const nothing = { messages: [] };
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 200, body: nothing });
    expect(await chat.texts(1)).toEqual(['seen']);
    world.clock.aheadMs = 60_001;
    expect(await chat.texts(2)).toEqual(['lost']);
  });

  test('comes when the history itself failed at first', async () => {
    agentWrites('one');
    await losePoll();
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 500 });
    await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent', code: 'server-error', retryAfterMs: 5_000 });
    expect(await chat.texts(2)).toEqual(['one']);
  });

  test('comes page by page, back to what is known and no further', async () => {
    const known = chat.store.cursor;
    const words = Array.from({ length: 45 }, (_, index) => `n${index}`);
    for (const word of words) agentWrites(word);
    const before = historyReads().length;
    chat.store.afterGap = true;
    expect(await chat.texts(1)).toEqual(words);
    const offsets = historyReads()
      .slice(before)
      .map(({ query }) => query['offset']);
    // The guest's first message has sequence 1; each bound is exclusive.
    expect(offsets).toEqual(['0', '27', '7']);
    expect(chat.store.cursor).not.toEqual(known);
    chat.store.afterGap = true;
    expect(await chat.texts(1)).toEqual([]);
    expect(historyReads().slice(before + 3)).toHaveLength(1);
  });

  test('is everything when a process takes over a chat that nobody read yet', async () => {
    for (const words of ['one', 'two']) agentWrites(words);
    chat.store.cursor = undefined;
    chat.store.afterGap = true;
    expect(await chat.texts(2)).toEqual(['one', 'two']);
  });

  test('is nothing when a reading was not stored: the same comes again', async () => {
    agentWrites('again');
    const before = structuredClone(chat.store.cursor);
    expect(await chat.texts(1)).toEqual(['again']);
    chat.store.cursor = before;
    expect(await chat.texts(1)).toEqual(['again']);
  });

  test('is not looked for while the sequences are whole, our own messages counted', async () => {
    const before = historyReads().length;
    for (const words of ['a', 'b', 'c']) {
      await chat.send(text(words));
      agentWrites(`re: ${words}`);
    }
    expect(await chat.texts(2)).toEqual(['re: a', 're: b', 're: c']);
    expect(historyReads()).toHaveLength(before);
  });

  test('is found without sequences too: by date and id', async () => {
    world.simulator.behaviour.hidesSequences = true;
    agentWrites('one');
    await losePoll();
    agentWrites('two');
    expect(await chat.texts(3)).toEqual(['one', 'two']);
    chat.store.afterGap = true;
    expect(await chat.texts(2)).toEqual([]);
  });
});

const wire = (messageId: string, rest: object) => ({
  id: { messageId, chatId: chat.remoteId },
  sender: { id: '8e2d2b1a9b5c', name: 'Alex' },
  message: messageId,
  type: 1,
  internal: false,
  ...rest,
});
const answered = (match: typeof SYNC, messages: object[]) =>
  world.simulator.faults.add({ match, kind: 'status', status: 200, body: { messages } });
const polled = (messages: object[]) => answered(SYNC, messages);

describe('A message that shows after a later one', () => {
  const [early, late] = [{ sequence: 3 }, { sequence: 2 }];

  beforeEach(async () => {
    chat.store.afterGap = true;
    answered(HISTORY, [wire('m-3', early)]);
    expect(await chat.texts(1)).toEqual(['m-3']);
  });

  test('comes once when a poll brings it', async () => {
    polled([wire('m-2', late)]);
    polled([wire('m-2', late), wire('m-4', { sequence: 4 })]);
    const before = historyReads().length;
    expect(await chat.texts(2)).toEqual(['m-2', 'm-4']);
    expect(historyReads()).toHaveLength(before);
  });

  test('comes once when the history brings it', async () => {
    for (let reading = 0; reading < 2; reading += 1) {
      chat.store.afterGap = true;
      answered(HISTORY, [wire('m-3', early), wire('m-2', late)]);
      expect(await chat.texts(1)).toEqual(reading === 0 ? ['m-2'] : []);
    }
  });

  test('is still dropped when it is our own or a note', async () => {
    const { userId } = chat.store.state as { userId: string };
    polled([wire('m-2', { ...late, sender: { id: userId, name: 'Ana Ruiz' } })]);
    polled([wire('m-2n', { ...late, internal: true })]);
    expect(await chat.texts(2)).toEqual([]);
  });
});

test('An edit is told however many messages were read after what it changes', async () => {
  chat = await world.chat({ relayEdits: true });
  await chat.read();
  const old = agentWrites('It costs 9 €');
  for (let index = 0; index < 70; index += 1) agentWrites(`n${index}`);
  await chat.read();
  world.simulator.agentEdits(chat.remoteId, old, 'It costs 10 €');
  expect(await chat.texts(1)).toContain('(edited) It costs 10 €');
});

describe('Messages of one poll', () => {
  test('stand in the order of their sequence', async () => {
    polled([wire('m-3', { sequence: 4 }), wire('m-1', { sequence: 2 }), wire('m-2', { sequence: 3 })]);
    expect(await chat.texts(1)).toEqual(['m-1', 'm-2', 'm-3']);
  });

  test('stand in the order of their dates without it, in whatever form those come', async () => {
    polled([
      wire('m-3', { msgDate: '2021-09-24T05:45:12.000+00:00' }),
      wire('m-2', { msgDate: '2021-09-24T07:45:11.000+0200' }),
      wire('m-1', { msgDate: String(Date.parse('2021-09-24T05:45:10.000Z')) }),
    ]);
    expect(await chat.texts(1)).toEqual(['m-1', 'm-2', 'm-3']);
  });

  test('stand as they came without either', async () => {
    polled([wire('m-2', {}), wire('m-1', {})]);
    expect(await chat.texts(1)).toEqual(['m-2', 'm-1']);
  });

  test('come once, though they are there twice, with numbers for ids, or of another chat', async () => {
    const twice = wire('m-1', { sequence: 2 });
    const number = wire('m-2', { sequence: 3, id: { messageId: 17, chatId: chat.remoteId } });
    const foreign = wire('m-3', { sequence: 4, id: { messageId: 'x', chatId: 'another' } });
    polled([twice, twice, number, foreign]);
    const events = await chat.read();
    expect(events).toMatchObject([{ key: 'm-1' }, { key: '17' }]);
  });

  test('are read though one of them has members of an unknown form', async () => {
    const odd = { sequence: 'two', sender: 'Alex', msgDate: {}, file: 7, taggedUsers: 'none', updated: 'no' };
    polled([wire('m-1', odd), wire('m-2', {})]);
    expect(await chat.texts(1)).toEqual(['m-1', 'm-2']);
  });
});
