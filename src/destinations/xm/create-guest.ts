import type { HttpClient } from '../../outgoing/http-client.ts';
import type { StartContext } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { callRemote, isSuccess, jsonOf } from '../remote-call.ts';
import type { StartedChat } from '../remote-chat.ts';
import { afterWrongCaptcha, beforeChat, captchaFor } from './captcha.ts';
import type { XmSettings } from './definition.ts';
import { xmFailure } from './failures.ts';
import { toGuest } from './to-remote.ts';
import type { XmState } from './token-refresh.ts';
import { guestAnswerSchema } from './wire.ts';

/** `POST guests` (contract 3.1). Not idempotent, and the captcha is spent by it. Throws `DestinationFailure`. */
export async function createGuest(
  settings: XmSettings,
  http: HttpClient,
  context: StartContext,
  now: () => Date,
): Promise<StartedChat> {
  const pair = await captchaFor(settings, http, context, now);
  const url = new URL(`${settings.baseUrl}/guests?${new URLSearchParams({ ...pair }).toString()}`);
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': 'en' };
  const body = JSON.stringify({ ...toGuest(context, settings), ...(settings.captchaInBody && pair) });
  const request = { method: 'POST', url, headers, body, timeoutMs: settings.sendTimeoutMs } as const;
  const response = await callRemote(http, request, 'writes');
  // Its fields are made to fit, so what a 400 is about is the captcha.
  if (response.status === 400) throw await afterWrongCaptcha(settings, http, context, now);
  if (!isSuccess(response)) throw beforeChat(xmFailure(response, 'writes'));
  const answer = guestAnswerSchema.safeParse(jsonOf(response));
  if (!answer.success) throw new DestinationFailure('unknown', 'bad-answer', { httpStatus: response.status });
  const { userId, chatId, access_token: accessToken, refresh_token: refreshToken } = answer.data;
  const state: XmState = { userId, accessToken, refreshToken, receivedAt: now().getTime() };
  return { remoteId: chatId, state };
}
