import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from './http-call.ts';
import { enterXm, openXmRoom, XM_GUEST_FORM } from './xm-guest-client.ts';
import { startXm, type XmSimulator } from './xm-simulator.ts';

describe('XM simulator', () => {
  let xm: XmSimulator;

  const freshCaptcha = async (): Promise<{ captchaId: string; captchaImage: string }> =>
    (await call<{ captchaId: string; captchaImage: string }>(`${xm.url}/captcha`)).json;

  beforeEach(async () => {
    xm = await startXm({ captchas: { fixed: 'agreed' } });
  });
  afterEach(() => xm.close());

  test('1 and 2: a captcha opens one room, whose first message is the one of the form', async () => {
    const { captchaId, captchaImage } = await freshCaptcha();
    expect(Buffer.from(captchaImage, 'base64').subarray(0, 3).toString('hex')).toBe('ffd8ff');

    const { status, json } = await openXmRoom(xm, captchaId, xm.captchaAnswer(captchaId) ?? '', XM_GUEST_FORM);
    expect(status).toBe(201);
    expect(json).toEqual({
      userId: expect.stringMatching(/^[0-9a-f]{12}$/),
      chatId: expect.stringMatching(/^[0-9a-f]{12}$/),
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(xm.ledger.entries()).toMatchObject([
      { kind: 'guest', userId: json.userId, chatId: json.chatId, ...XM_GUEST_FORM },
    ]);
    expect(xm.rooms()).toMatchObject([
      {
        chatId: json.chatId,
        messages: [{ sequence: 1, sender: { id: json.userId }, message: 'Hello', text: 'Hello' }],
      },
    ]);
    expect((await openXmRoom(xm, captchaId, xm.captchaAnswer(captchaId) ?? '', XM_GUEST_FORM)).status).toBe(400);
  });

  test('3: a wrong captcha is burnt', async () => {
    const { captchaId } = await freshCaptcha();
    const answer = xm.captchaAnswer(captchaId) ?? '';

    const wrong = await openXmRoom(xm, captchaId, 'zzz', XM_GUEST_FORM);
    expect(wrong).toMatchObject({ status: 400, json: { details: 'Captcha is not valid.' } });
    expect((await openXmRoom(xm, captchaId, answer, XM_GUEST_FORM)).status).toBe(400);
    expect(xm.rooms()).toEqual([]);
  });

  test('a fixed captcha can be used again, also after a wrong answer', async () => {
    expect((await openXmRoom(xm, 'fixed', 'zzz', XM_GUEST_FORM)).status).toBe(400);
    expect((await openXmRoom(xm, 'fixed', 'agreed', XM_GUEST_FORM)).status).toBe(201);
    expect((await openXmRoom(xm, 'fixed', 'agreed', XM_GUEST_FORM)).status).toBe(201);
  });

  test.each([
    ['no name', { name: undefined }],
    ['a name that is too short', { name: 'Al' }],
    ['a name that is too long', { name: 'x'.repeat(33) }],
    ['no e-mail', { email: undefined }],
    ['no e-mail address', { email: 'ana' }],
    ['no department', { departmentId: undefined }],
    ['no message', { message: '' }],
  ])('4: a form with %s opens no room', async (_mistake, change) => {
    const { status, json } = await openXmRoom(xm, 'fixed', 'agreed', { ...XM_GUEST_FORM, ...change });

    expect(status).toBe(400);
    expect(json.details).toMatch(/./);
    expect(xm.rooms()).toEqual([]);
    expect(xm.ledger.entries()).toEqual([]);
  });

  test('7: what is written is stored as sent and read by the rule of the vendor', async () => {
    const guest = await enterXm(xm);
    const sent = ['SGVsbG8sIHRoaXMgaXMgSm9obg==', 'Sure, one moment', 'test', 'xbzDs8WCdw=='];
    for (const message of sent) expect((await guest.send(message)).status).toBe(201);

    const messages = xm.ledger.entries().slice(1);
    expect(messages).toMatchObject(sent.map((raw) => ({ kind: 'message', chatId: guest.chatId, raw })));
    const read = ['Hello, this is John', 'Sure, one moment', 'test', 'żółw'];
    expect(messages).toMatchObject(read.map((text) => ({ text })));
    expect(xm.rooms()[0]?.messages.map(({ text }) => text)).toEqual(['Hello', ...read]);
  });

  test('12: a message is answered with its ids', async () => {
    const guest = await enterXm(xm);
    const { status, json } = await guest.send('SGVsbG8=');

    expect(status).toBe(201);
    expect(json).toEqual({ chatId: guest.chatId, messageId: expect.stringMatching(/^[0-9a-f]{12}$/) });
    const empty = await guest.send('');
    expect(empty).toMatchObject({ status: 400, json: { details: expect.any(String) } });
  });

  test('the history goes back in pages of twenty below a sequence', async () => {
    const guest = await enterXm(xm);
    for (let index = 2; index <= 45; index += 1) xm.agentWrites(guest.chatId, `line ${index}`);
    const sequences = async (offset: number) =>
      (await guest.history(offset)).json.messages.map(({ sequence }) => sequence);

    const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);
    expect(await sequences(0)).toEqual(down(45, 26));
    expect(await sequences(26)).toEqual(down(25, 6));
    expect(await sequences(6)).toEqual(down(5, 1));
    expect(await sequences(1)).toEqual([]);
  });

  test('a message that is slow to show holds back what was written after it', async () => {
    const guest = await enterXm(xm);
    xm.slowToShowMs = 60_000;
    await guest.send('slow');
    xm.slowToShowMs = 0;
    await guest.send('fast');

    expect((await guest.history()).json.messages).toHaveLength(1);
    expect((await guest.sync()).json.messages).toHaveLength(1);
    expect(xm.rooms()[0]?.messages).toHaveLength(3);
  });

  test('18: a room that is gone, or of somebody else, is not found', async () => {
    const guest = await enterXm(xm);
    const other = await enterXm(xm);
    const headers = { Authorization: `Bearer ${other.access_token}` };
    expect((await call(`${xm.url}/api/chats/${guest.chatId}/messages`, { headers })).status).toBe(404);

    xm.removeRoom(guest.chatId);
    for (const answer of [await guest.send('a'), await guest.history(), await guest.sync()]) {
      expect(answer).toMatchObject({ status: 404, json: { details: 'Chat not found.' } });
    }
  });

  test('22: a guest who has left is out', async () => {
    const guest = await enterXm(xm);
    expect((await guest.leave()).status).toBe(200);

    expect((await guest.leave()).status).toBe(404);
    expect((await guest.send('a')).status).toBe(404);
    expect(xm.ledger.entries().map(({ kind }) => kind)).toEqual(['guest', 'leave']);
  });

  test('21: a file of the agent is fetched with the token of the guest', async () => {
    const guest = await enterXm(xm);
    xm.agentSendsFile(guest.chatId, 'quote.pdf', Buffer.from('%PDF'));

    const file = (await guest.sync()).json.messages.at(-1)?.file;
    expect(file).toMatchObject({ filename: 'quote.pdf', size: 4, type: 20 });
    const url = `${xm.url}/api/file?id=${file?.id}`;
    expect((await call(url, { headers: { Authorization: `Bearer ${guest.access_token}` } })).text).toBe('%PDF');
    expect((await call(url)).status).toBe(401);
  });

  test('the chat names its members, and the version needs no token', async () => {
    const guest = await enterXm(xm);
    const headers = { Authorization: `Bearer ${guest.access_token}` };
    const { json } = await call(`${xm.url}/api/chats/${guest.chatId}`, { headers });

    expect(json).toMatchObject({
      id: guest.chatId,
      members: [{ user: { id: guest.userId, name: 'Ana Ruiz' } }, { user: { name: 'Alex' } }],
    });
    expect((await call(`${xm.url}/version`)).json).toEqual({ version: expect.any(String) });
  });

  test('every request is on the list, with what it was refused with', async () => {
    await call(`${xm.url}/captcha`);
    await call(`${xm.url}/api/sync?timeout=0`);

    expect(xm.requests.entries()).toMatchObject([
      { method: 'GET', path: '/xm/captcha', status: 200 },
      { method: 'GET', path: '/xm/api/sync', query: { timeout: '0' }, status: 401 },
    ]);
  });
});
