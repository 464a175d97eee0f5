import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SYNC, startXmWorld, text, type StoredXmChat, type XmWorld } from './xm-world.ts';

let world: XmWorld;
let chat: StoredXmChat;

beforeEach(async () => {
  world = await startXmWorld();
  chat = await world.chat();
  // The history of the first reading; from here on the chat is polled.
  await chat.read();
});
afterEach(() => world.close());

const lastSync = () => chat.requests(/\/sync$/).at(-1);

describe('Reading an XM chat', () => {
  test('5. Idle sync: the mark is echoed unchanged, and there is no session id', async () => {
    expect(await chat.read()).toEqual([]);
    expect(lastSync()?.query).toEqual({ timeout: '1', chatId: chat.remoteId, onBackground: 'false' });
    const body = { lastSyncedAt: 1_632_462_300_000, messages: [] };
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 200, body });
    await chat.read();
    await chat.read();
    expect(lastSync()?.query).toMatchObject({ lastSyncedAt: '1632462300000' });
    expect(lastSync()?.query).not.toHaveProperty('sessionId');
  });

  test.each(['bare', 'no-content', 'empty'] as const)(
    '5. Idle sync: nothing said in the form "%s" is nothing new',
    async (form) => {
      world.simulator.behaviour.idleSync = form;
      expect(await chat.texts(2)).toEqual([]);
      world.simulator.agentWrites(chat.remoteId, 'here');
      expect(await chat.texts(1)).toEqual(['here']);
    },
  );

  test('Answers of older servers come wrapped in `data`', async () => {
    world.simulator.behaviour.wrapsAnswers = true;
    world.simulator.agentWrites(chat.remoteId, 'wrapped');
    expect(await chat.texts(1)).toEqual(['wrapped']);
    chat.store.afterGap = true;
    chat.store.cursor = undefined;
    expect(await chat.texts(1)).toEqual(['wrapped']);
  });

  test('6. Agent reply: the visitor gets it once, with the name and the time', async () => {
    const id = world.simulator.agentWrites(chat.remoteId, 'Hi John, how can I help?');
    const [message, ...more] = await chat.read();
    expect(message).toEqual({
      kind: 'message',
      remoteId: chat.remoteId,
      key: id,
      author: { role: 'agent', name: 'Alex' },
      text: 'Hi John, how can I help?',
      sentAt: expect.any(Date),
      files: [],
    });
    expect(more).toEqual([]);
    chat.store.afterGap = true;
    expect(await chat.texts(2)).toEqual([]);
  });

  test('7. Plain-text agent replies are relayed verbatim, and a second "test" is a second message', async () => {
    for (const words of ['Sure, one moment', 'test', 'test'])
      world.simulator.agentWrites(chat.remoteId, words, { plain: true });
    const events = await chat.read();
    expect(events).toMatchObject([{ text: 'Sure, one moment' }, { text: 'test' }, { text: 'test' }]);
    expect(new Set(events.map((event) => (event.kind === 'message' ? event.key : ''))).size).toBe(3);
  });

  test('8. Internal note: nothing is relayed, by poll or by history, edited or not', async () => {
    const note = world.simulator.agentNotes(chat.remoteId, 'he is angry');
    world.simulator.agentEdits(chat.remoteId, note, 'he is very angry');
    expect(await chat.texts(2)).toEqual([]);
    chat.store.cursor = undefined;
    chat.store.afterGap = true;
    expect(await chat.texts(2)).toEqual([]);
  });

  test('8. Internal note: whatever is not plainly "no" counts as one', async () => {
    const message = { sender: { id: '8e2d2b1a9b5c', name: 'Alex' }, message: 'a note', type: 1, internal: 'true' };
    const body = { messages: [{ ...message, id: { messageId: 'm1', chatId: chat.remoteId }, sequence: 2 }] };
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 200, body });
    expect(await chat.read()).toEqual([]);
  });

  test('A message that does not say whether it is a note is none', async () => {
    const message = { sender: { id: '8e2d2b1a9b5c', name: 'Alex' }, message: 'an answer', type: 1 };
    const body = { messages: [{ ...message, id: { messageId: 'm1', chatId: chat.remoteId }, sequence: 2 }] };
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 200, body });
    expect(await chat.read()).toMatchObject([{ text: 'an answer' }]);
  });

  test("9. Own echo: neither the user id nor the token's subject is relayed", async () => {
    await chat.send(text('mine'));
    expect(await chat.texts(2)).toEqual([]);
    const { userId } = chat.store.state as { userId: string };
    chat.store.state = { ...(chat.store.state as object), userId: 'another-id' };
    await chat.send(text('mine too'));
    expect(userId).not.toBe('another-id');
    expect(await chat.texts(2)).toEqual([]);
  });

  test('19. Typing: no text is relayed', async () => {
    world.simulator.agentTypes(chat.remoteId);
    expect(await chat.read()).toEqual([]);
  });

  test('Who joined, called, pinned or unpinned is not relayed', async () => {
    for (const type of [5, 6, 7, 8, 9, 21, 22, 23, 24, 25, 27]) world.simulator.agentDoes(chat.remoteId, type);
    world.simulator.agentWrites(chat.remoteId, 'and now?');
    expect(await chat.texts(2)).toEqual(['and now?']);
  });

  test('People are named where they are tagged; who is not listed stays as it is', async () => {
    const words = 'Ask @[user:8e2d2b1a9b5c] or @[user:000000000000]';
    const taggedUsers = [{ id: '8e2d2b1a9b5c', name: 'Maria' }];
    world.simulator.agentWrites(chat.remoteId, words, { taggedUsers });
    expect(await chat.texts(1)).toEqual(['Ask @Maria or @[user:000000000000]']);
  });

  test('Edits and deletes are ignored unless edits are asked for', async () => {
    const first = world.simulator.agentWrites(chat.remoteId, 'It costs 9 €');
    expect(await chat.texts(1)).toEqual(['It costs 9 €']);
    world.simulator.agentEdits(chat.remoteId, first, 'It costs 10 €');
    world.simulator.agentDeletes(chat.remoteId, first);
    expect(await chat.texts(2)).toEqual([]);
    chat.store.afterGap = true;
    expect(await chat.texts(1)).toEqual([]);
  });

  test('With `relayEdits` an edit is a text of its own, the same however it is read', async () => {
    chat = await world.chat({ relayEdits: true });
    await chat.read();
    const id = world.simulator.agentWrites(chat.remoteId, 'It costs 9 €');
    await chat.read();
    world.simulator.agentEdits(chat.remoteId, id, 'It costs 10 €');
    const [polled] = await chat.read();
    expect(polled).toMatchObject({ text: '(edited) It costs 10 €', key: expect.stringContaining(id) });
    chat.store.afterGap = true;
    const [readBack] = await chat.read();
    expect(readBack).toEqual(polled);
  });

  test('What was edited or deleted before it was read comes in its last form, or not at all', async () => {
    const edited = world.simulator.agentWrites(chat.remoteId, 'tpyo');
    const deleted = world.simulator.agentWrites(chat.remoteId, 'wrong window');
    world.simulator.agentEdits(chat.remoteId, edited, 'typo');
    world.simulator.agentDeletes(chat.remoteId, deleted);
    expect(await chat.texts(2)).toEqual(['typo']);
  });

  test('An aborted long poll ends with the reason it was given', async () => {
    chat = await world.chat({ pollTimeoutMs: 60_000 });
    await chat.read();
    const stop = new AbortController();
    const reading = chat.read(stop.signal);
    stop.abort(new Error('stopping'));
    await expect(reading).rejects.toThrow('stopping');
  });

  test('The answer is waited for longer than the poll takes, and no longer than that', async () => {
    chat = await world.chat({ pollTimeoutMs: 1, pollGraceMs: 50 });
    await chat.read();
    world.simulator.faults.add({ match: SYNC, kind: 'delay', ms: 400 });
    await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent', code: 'no-answer' });
  });

  test('A server that does not hold the line is not called without end; news is followed up at once', async () => {
    chat = await world.chat({ pollTimeoutMs: 10_000 });
    await chat.read();
    const pause = async () => (await chat.receiver.receive([chat.loaded()], new AbortController().signal)).pauseMs;
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 200, body: {} });
    expect(await pause()).toBeGreaterThan(500);
    world.simulator.agentWrites(chat.remoteId, 'here');
    expect(await pause()).toBe(0);
  });

  test('23. Server error: the next attempt is not before 5 s', async () => {
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 500 });
    await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent', code: 'server-error', retryAfterMs: 5_000 });
    world.simulator.faults.add({ match: SYNC, kind: 'cut-before' });
    await expect(chat.read()).resolves.toEqual([]);
    await expect(chat.read()).rejects.toMatchObject({ code: 'no-answer', retryAfterMs: 5_000 });
  });

  test.each([
    ['seconds', () => '60', 60_000],
    ['a date', () => new Date(Date.now() + 60_000).toUTCString(), 60_000],
    ['less than the usual pause', () => '1', 5_000],
  ])('When XM asks for a pause in %s, it is kept', async (_form, retryAfter, ms) => {
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 429, headers: { 'Retry-After': retryAfter() } });
    const failure: unknown = await chat.read().catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'throttled', code: 'rate-limited' });
    const { retryAfterMs } = failure as { retryAfterMs: number };
    expect(Math.abs(retryAfterMs - ms)).toBeLessThan(2_000);
  });

  test('What is no answer of XM is a failure, not silence', async () => {
    world.simulator.faults.add({ match: SYNC, kind: 'status', status: 200, body: '<html>' });
    await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent', code: 'bad-answer' });
  });
});
