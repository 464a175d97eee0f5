import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingRequest, OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import type { RemoteChat } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { callRemote, type Effect, failureOf, isSuccess, jsonOf } from '../remote-call.ts';
import { claimsOf } from './access-token.ts';
import type { XmSettings } from './definition.ts';
import { tokensSchema } from './wire.ts';

/** What XM needs back for a chat; stored encrypted. */
export const xmStateSchema = z.object({
  userId: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  /** Secret of a refresh that was begun: repeating it with the same one is safe, whatever became of the first. */
  refreshSecret: z.string().optional(),
});

export type XmState = z.infer<typeof xmStateSchema>;

export interface XmSession {
  state(): XmState;
  /** Calls a path below `/api/` with a valid token; refreshes it before its end, and once when it is refused. */
  call(method: OutgoingRequest['method'], path: string, effect: Effect, body?: object): Promise<OutgoingResponse>;
}

const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const newSecret = (): string =>
  Array.from({ length: 10 }, () => SECRET_ALPHABET[randomInt(SECRET_ALPHABET.length)]).join('');

/** The token pair of one chat (contract 1.1, 1.2). A rotated pair is stored before it is used. */
export function createXmSession(settings: XmSettings, http: HttpClient, chat: RemoteChat, now: () => Date): XmSession {
  let state = xmStateSchema.parse(chat.state);

  async function save(next: XmState): Promise<void> {
    await chat.saveState(next);
    state = next;
  }

  async function requestTokens(secret: string | undefined): Promise<OutgoingResponse> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: state.refreshToken,
      ...(secret !== undefined && { secret }),
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const url = new URL(`${settings.baseUrl}/oauth2/token`);
    const request = { method: 'POST', url, headers, body: form.toString(), timeoutMs: settings.sendTimeoutMs } as const;
    // The message itself has not left yet, and a refresh may be repeated with its secret: nothing is in doubt.
    return callRemote(http, request, 'reads');
  }

  async function refresh(): Promise<void> {
    const secret = state.refreshSecret ?? newSecret();
    if (state.refreshSecret === undefined) await save({ ...state, refreshSecret: secret });
    let response = await requestTokens(secret);
    // "Used already" or "not found" may be our own first try whose answer was lost: the same secret brings it back.
    if (response.status === 403 || response.status === 404) response = await requestTokens(secret);
    if (response.status === 400) response = await requestTokens(undefined);
    const passes = response.status === 408 || response.status === 429;
    if (response.status >= 400 && response.status < 500 && !passes) {
      throw new DestinationFailure('gone', 'session-lost', { httpStatus: response.status });
    }
    if (!isSuccess(response)) throw failureOf(response, 'reads');
    const tokens = tokensSchema.safeParse(jsonOf(response));
    if (!tokens.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
    const { access_token: accessToken, refresh_token: refreshToken } = tokens.data;
    await save({ userId: state.userId, accessToken, refreshToken });
  }

  async function callOnce(
    method: OutgoingRequest['method'],
    path: string,
    effect: Effect,
    body: object | undefined,
  ): Promise<OutgoingResponse> {
    const headers = {
      Authorization: `Bearer ${state.accessToken}`,
      ...(settings.sendLegacyAuthHeader && { 'X-Authorization-Token': state.accessToken }),
      'Content-Type': 'application/json',
      'Accept-Language': 'en',
    };
    const url = new URL(`${settings.baseUrl}/api/${path}`);
    const timeoutMs = settings.sendTimeoutMs;
    return callRemote(http, { method, url, headers, timeoutMs, ...(body && { body: JSON.stringify(body) }) }, effect);
  }

  return {
    state: () => state,
    async call(method, path, effect, body) {
      const { exp } = claimsOf(state.accessToken);
      const ending = exp !== undefined && exp * 1000 - settings.refreshBeforeMs <= now().getTime();
      if (ending || state.refreshSecret !== undefined) await refresh();
      const response = await callOnce(method, path, effect, body);
      if (response.status !== 401) return response;
      await refresh();
      return callOnce(method, path, effect, body);
    },
  };
}
