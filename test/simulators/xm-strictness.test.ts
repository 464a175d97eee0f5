import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from './http-call.ts';
import { enterXm, type XmGuestClient } from './xm-guest-client.ts';
import type { XmMessage } from './xm-rooms.ts';
import { startXm, type XmSimulator } from './xm-simulator.ts';

describe('A strict XM', () => {
  let xm: XmSimulator;
  let guest: XmGuestClient;
  const bearer = () => ({ Authorization: `Bearer ${guest.access_token}` });

  beforeEach(async () => {
    xm = await startXm({ captchas: { fixed: 'agreed' } });
    guest = await enterXm(xm);
  });
  afterEach(() => xm.close());

  test.each([
    ['without a timeout', 'onBackground=false', 400],
    ['without onBackground', 'timeout=0', 400],
    ['with another onBackground', 'timeout=0&onBackground=no', 400],
    ['with the session id of a registered user', 'timeout=0&onBackground=false&sessionId=1', 404],
  ])('refuses a sync %s', async (_what, query, status) => {
    const url = `${xm.url}/api/sync?chatId=${guest.chatId}&${query}`;
    expect((await call(url, { headers: bearer() })).status).toBe(status);
  });

  test.each([
    ['full', 200, '{"lastSyncedAt":'],
    ['bare', 200, '{}'],
    ['no-content', 204, ''],
    ['empty', 200, ''],
  ] as const)('says nothing new in the form "%s"', async (form, status, body) => {
    await guest.sync();
    xm.behaviour.idleSync = form;
    const idle = await guest.sync();
    expect(idle.status).toBe(status);
    expect(idle.text.startsWith(body)).toBe(true);
  });

  test('wraps its answers, or leaves sequences out, as told', async () => {
    xm.behaviour.wrapsAnswers = true;
    xm.behaviour.hidesSequences = true;
    const { json } = await call<{ status: number; data: { messages: XmMessage[] } }>(
      `${xm.url}/api/chats/${guest.chatId}/messages`,
      { headers: bearer() },
    );
    expect(json).toMatchObject({ status: 0, data: { messages: [{ message: 'Hello' }] } });
    expect(json.data.messages[0]).not.toHaveProperty('sequence');
  });

  test('hands an edited and a deleted message out again, and keeps its sequence', async () => {
    const id = xm.agentWrites(guest.chatId, 'tpyo');
    const before = (await guest.sync()).json;
    xm.agentEdits(guest.chatId, id, 'typo');
    const edited = (await guest.sync(`timeout=0&lastSyncedAt=${before.lastSyncedAt}`)).json;
    expect(edited.messages).toMatchObject([{ id: { messageId: id }, sequence: 2, updated: true, deleted: false }]);
    xm.agentDeletes(guest.chatId, id);
    expect((await guest.history()).json.messages[0]).toMatchObject({ id: { messageId: id }, deleted: true });
  });

  test('hands a file out on the path of its type only, to the header or to the cookie', async () => {
    xm.agentSendsFile(guest.chatId, 'photo.png', Buffer.from('picture'), 2);
    const id = (await guest.history()).json.messages[0]?.file?.id ?? '';
    const get = (path: string, headers: Record<string, string>) => call(`${xm.url}/api/${path}?id=${id}`, { headers });
    expect((await get('image', bearer())).text).toBe('picture');
    expect((await get('file', bearer())).status).toBe(404);
    expect((await get('image', {})).status).toBe(401);
    xm.behaviour.mediaByCookie = true;
    expect((await get('image', bearer())).status).toBe(401);
    expect((await get('image', { Cookie: `a=b; token=${guest.access_token}` })).text).toBe('picture');
    // The cookie is for files only.
    const history = `${xm.url}/api/chats/${guest.chatId}/messages`;
    expect((await call(history, { headers: { Cookie: `token=${guest.access_token}` } })).status).toBe(401);
  });

  test('takes one file per upload and makes the message itself', async () => {
    const upload = (path: string, form: FormData) =>
      fetch(`${xm.url}/api/chats/${guest.chatId}/${path}`, { method: 'POST', headers: bearer(), body: form });
    const form = new FormData();
    form.append('file', new Blob(['picture'], { type: 'image/png' }), 'photo.png');
    expect((await upload('image', form)).status).toBe(201);
    expect((await guest.history()).json.messages[0]).toMatchObject({
      type: 2,
      file: { filename: 'photo.png', size: 7 },
    });
    expect(xm.ledger.entries().at(-1)).toMatchObject({ kind: 'file', call: 'image', name: 'photo.png', size: 7 });
    form.append('more', 'x');
    expect((await upload('image', form)).status).toBe(400);
    const text = new FormData();
    text.append('file', 'no file');
    expect((await upload('file', text)).status).toBe(400);
    expect(xm.ledger.entries()).toHaveLength(2);
  });

  test('keeps a ledger of its refreshes, and tells a repeated one apart', async () => {
    const refresh = () =>
      call(`${xm.url}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: guest.refresh_token,
          secret: 'aB3dE6gH9j',
        }),
      });
    await refresh();
    await refresh();
    const { userId } = guest;
    expect(xm.refreshes.entries()).toMatchObject([
      { userId, repeated: false },
      { userId, repeated: true },
    ]);
  });

  test('lives by its own clock: in its answers, its tokens and its messages', async () => {
    xm.clockSkewMs = 3_600_000;
    guest = await enterXm(xm);
    const answer = await guest.history();
    expect(answer.status).toBe(200);
    const ahead = (date: string) => Date.parse(date) - Date.now();
    expect(ahead(answer.headers.get('date') ?? '')).toBeGreaterThan(3_590_000);
    expect(ahead(answer.json.messages[0]?.msgDate ?? '')).toBeGreaterThan(3_590_000);
  });

  test('describes a chat to either verb', async () => {
    for (const method of ['GET', 'POST']) {
      const { json } = await call(`${xm.url}/api/chats/${guest.chatId}/description`, { method, headers: bearer() });
      expect(json).toMatchObject({ id: guest.chatId, liveAssistance: true, members: [{}, { user: { name: 'Alex' } }] });
    }
  });
});
