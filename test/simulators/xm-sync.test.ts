import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { enterXm, type XmGuestClient } from './xm-guest-client.ts';
import { startXm, type XmSimulator } from './xm-simulator.ts';

describe('XM sync', () => {
  let xm: XmSimulator;
  let guest: XmGuestClient;

  const texts = async (query?: string): Promise<string[]> =>
    (await guest.sync(query)).json.messages.map(({ message }) => message);

  beforeEach(async () => {
    xm = await startXm({ captchas: { fixed: 'agreed' } });
    guest = await enterXm(xm);
  });
  afterEach(() => xm.close());

  test('5: without news it answers after its timeout with a mark to echo', async () => {
    const first = await guest.sync();
    const idle = await guest.sync(`timeout=30&lastSyncedAt=${first.json.lastSyncedAt}`);

    expect(idle.json).toEqual({ lastSyncedAt: expect.any(Number), messages: [] });
    expect(idle.json.lastSyncedAt).toBeGreaterThanOrEqual(first.json.lastSyncedAt);
  });

  test('6: a waiting sync is answered by the message of an agent', async () => {
    const { lastSyncedAt } = (await guest.sync()).json;
    const waiting = guest.sync(`timeout=60000&lastSyncedAt=${lastSyncedAt}`);
    xm.agentWrites(guest.chatId, 'Hi John, how can I help?');

    const { json } = await waiting;
    expect(json.lastSyncedAt).toBeGreaterThan(lastSyncedAt);
    expect(json.messages).toEqual([
      {
        id: { messageId: expect.stringMatching(/^[0-9a-f]{12}$/), chatId: guest.chatId },
        sequence: 2,
        sender: { id: expect.any(String), name: 'Alex' },
        message: 'SGkgSm9obiwgaG93IGNhbiBJIGhlbHA/',
        msgDate: expect.stringMatching(/^\d{4}-.*\+00:00$/),
        type: 1,
        internal: false,
        updated: false,
        deleted: false,
      },
    ]);
  });

  test('7 to 9: plain texts, internal notes and the own echo all come along', async () => {
    await guest.send('own');
    xm.agentWrites(guest.chatId, 'Sure, one moment', { plain: true });
    xm.agentWrites(guest.chatId, 'a note', { internal: true, plain: true });

    const { messages } = (await guest.sync()).json;
    expect(messages).toMatchObject([
      { sequence: 1, message: 'Hello', sender: { id: guest.userId } },
      { sequence: 2, message: 'own', sender: { id: guest.userId } },
      { sequence: 3, message: 'Sure, one moment', internal: false },
      { sequence: 4, message: 'a note', internal: true },
    ]);
  });

  test('the echoed mark decides what is news, so a lost answer is handed out again', async () => {
    const { lastSyncedAt } = (await guest.sync()).json;
    xm.agentWrites(guest.chatId, 'again', { plain: true });
    xm.faults.add({ match: { path: /\/sync$/ }, kind: 'accept-then-cut' });
    await expect(guest.sync(`timeout=0&lastSyncedAt=${lastSyncedAt}`)).rejects.toThrow();

    expect(await texts(`timeout=0&lastSyncedAt=${lastSyncedAt}`)).toEqual(['again']);
  });

  test('without a mark everything is handed out once, and a lost answer is lost but for the history', async () => {
    xm.agentWrites(guest.chatId, 'once', { plain: true });
    xm.faults.add({ match: { path: /\/sync$/ }, kind: 'accept-then-cut' });
    await expect(guest.sync('timeout=0&lastSyncedAt=0')).rejects.toThrow();

    expect(await texts('timeout=0&lastSyncedAt=0')).toEqual([]);
    expect((await guest.history()).json.messages[0]?.message).toBe('once');
  });

  test('a server that hands out once forgets in spite of the mark', async () => {
    xm.behaviour.syncHandsOutOnce = true;
    const { lastSyncedAt } = (await guest.sync()).json;
    xm.agentWrites(guest.chatId, 'once', { plain: true });

    expect(await texts(`timeout=0&lastSyncedAt=${lastSyncedAt}`)).toEqual(['once']);
    expect(await texts(`timeout=0&lastSyncedAt=${lastSyncedAt}`)).toEqual([]);
  });

  test('a caller that hangs up while it waits is handed nothing', async () => {
    await guest.sync();
    const hangUp = new AbortController();
    const arrival = (): boolean => {
      hangUp.abort();
      return false;
    };
    xm.faults.add({ match: arrival, kind: 'cut-before' });
    await expect(guest.sync('timeout=60000', hangUp.signal)).rejects.toThrow();
    await xm.requests.waitFor((entries) => entries.at(-1)?.status === null);
    xm.faults.clear();
    xm.agentWrites(guest.chatId, 'kept', { plain: true });

    expect(await texts()).toEqual(['kept']);
  });

  test('18: a waiting sync ends when the room goes', async () => {
    const { lastSyncedAt } = (await guest.sync()).json;
    const waiting = guest.sync(`timeout=60000&lastSyncedAt=${lastSyncedAt}`);
    xm.removeRoom(guest.chatId);

    expect((await waiting).status).toBe(404);
  });

  test('19 and 20: typing is no message, and an agent who leaves is one of type 7', async () => {
    const { lastSyncedAt } = (await guest.sync()).json;
    xm.agentTypes(guest.chatId);
    const typing = (await guest.sync(`timeout=0&lastSyncedAt=${lastSyncedAt}`)).json;
    expect(typing).toMatchObject({
      messages: [],
      userTypingEvents: [{ chatId: guest.chatId, user: { name: 'Alex' }, typing: true }],
    });

    xm.agentLeaves(guest.chatId);
    const left = (await guest.sync(`timeout=0&lastSyncedAt=${typing.lastSyncedAt}`)).json;
    expect(left.messages).toMatchObject([{ type: 7, message: 'Alex', sender: { name: 'Alex' } }]);
    expect(xm.rooms()[0]?.members).toHaveLength(1);
  });

  test('23: an error is switched on as a fault', async () => {
    xm.faults.add({
      match: { method: 'GET', path: /\/sync$/ },
      kind: 'status',
      status: 500,
      body: { details: 'Error' },
    });

    expect((await guest.sync()).status).toBe(500);
    expect((await guest.sync()).status).toBe(200);
  });

  test('a message that is slow to show reaches a sync that waits for it', async () => {
    const { lastSyncedAt } = (await guest.sync()).json;
    xm.slowToShowMs = 20;
    await guest.send('slow');

    const { messages } = (await guest.sync(`timeout=60000&lastSyncedAt=${lastSyncedAt}`)).json;
    expect(messages).toMatchObject([{ message: 'slow' }]);
  });
});
