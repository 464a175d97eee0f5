import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from './http-call.ts';
import { enterXm, type XmGuestClient } from './xm-guest-client.ts';
import { startXm, type XmSimulator } from './xm-simulator.ts';
import type { XmTokenPair } from './xm-tokens.ts';

describe('XM tokens', () => {
  let xm: XmSimulator;
  let guest: XmGuestClient;

  const refresh = (refresh_token: string, secret?: string) =>
    call<XmTokenPair & { details: string }>(`${xm.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token, ...(secret && { secret }) }),
    });
  const historyWith = (headers: Record<string, string>) =>
    call(`${xm.url}/api/chats/${guest.chatId}/messages`, { headers });

  beforeEach(async () => {
    xm = await startXm({ captchas: { fixed: 'agreed' } });
    guest = await enterXm(xm);
  });
  afterEach(() => xm.close());

  test('an access token is an HS512 JWT of half an hour', () => {
    const [header = '', claims = '', signature = ''] = guest.access_token.split('.');
    const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

    expect(decode(header)).toEqual({ alg: 'HS512' });
    expect(decode(claims)).toEqual({ sub: guest.userId, iat: expect.any(Number), exp: expect.any(Number) });
    const { iat, exp } = decode(claims) as { iat: number; exp: number };
    expect(exp - iat).toBe(1_800);
    expect(Buffer.from(signature, 'base64url')).toHaveLength(64);
  });

  test('14: an expired token is refused until it is refreshed', async () => {
    xm.expireTokens();
    expect(await guest.history()).toMatchObject({ status: 401, json: { details: expect.any(String) } });

    const { status, json } = await refresh(guest.refresh_token, 'aB3dE6gH9j');
    expect(status).toBe(200);
    expect(json.refresh_token).not.toBe(guest.refresh_token);
    expect(json.access_token).not.toBe(guest.access_token);
    expect((await historyWith({ Authorization: `Bearer ${json.access_token}` })).status).toBe(200);
  });

  test('a token runs out by itself', async () => {
    const short = await startXm({ captchas: { fixed: 'agreed' }, accessTokenSeconds: 0 });
    const { status } = await (await enterXm(short)).history();
    await short.close();

    expect(status).toBe(401);
  });

  test('a missing, an unknown and a bare token are refused', async () => {
    expect((await historyWith({})).status).toBe(401);
    expect((await historyWith({ Authorization: 'Bearer unknown' })).status).toBe(401);
    expect((await historyWith({ Authorization: guest.access_token })).status).toBe(401);
  });

  test('the same secret repeats the answer of a refresh, another one does not', async () => {
    const first = await refresh(guest.refresh_token, 'aB3dE6gH9j');

    expect((await refresh(guest.refresh_token, 'aB3dE6gH9j')).json).toEqual(first.json);
    const other = await refresh(guest.refresh_token, 'zzzzzzzzzz');
    expect(other).toMatchObject({ status: 403, json: { details: 'Refresh token already used.' } });
  });

  test('a repetition comes too late once the next refresh has been made', async () => {
    const first = await refresh(guest.refresh_token, 'aB3dE6gH9j');
    await refresh(first.json.refresh_token, 'k1k1k1k1k1');

    expect((await refresh(guest.refresh_token, 'aB3dE6gH9j')).status).toBe(403);
  });

  test('without a secret a refresh token works once', async () => {
    expect((await refresh(guest.refresh_token)).status).toBe(200);
    expect((await refresh(guest.refresh_token)).status).toBe(403);
  });

  test('16: a refresh token that is gone is not found', async () => {
    xm.forgetRefreshTokens();

    const answer = await refresh(guest.refresh_token, 'aB3dE6gH9j');
    expect(answer).toMatchObject({ status: 404, json: { details: 'Refresh token not found.' } });
  });

  test('a refresh that is no form is refused', async () => {
    const body = { grant_type: 'refresh_token', refresh_token: guest.refresh_token };

    expect((await call(`${xm.url}/oauth2/token`, { method: 'POST', body })).status).toBe(400);
  });
});
