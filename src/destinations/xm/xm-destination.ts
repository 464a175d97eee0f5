import type { HttpClient } from '../../outgoing/http-client.ts';
import { defineDestination, type StartContext, type StartedChat } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { callRemote, failureOf, isSuccess, jsonOf } from '../remote-call.ts';
import { checkXm } from './check.ts';
import { xmDeclaration, type XmSettings } from './definition.ts';
import { findText } from './find-sent.ts';
import { xmInstaller } from './installer.ts';
import { createXmSession, type XmState } from './session.ts';
import { encodeText } from './text-encoding.ts';
import { toGuest } from './to-remote.ts';
import { guestAnswerSchema, sentAnswerSchema } from './wire.ts';

/** XM Live Assistance: a guest and the room its department's agents are in. */
export const xm = defineDestination({ ...xmDeclaration, installer: xmInstaller }, (settings, { http, now }) => ({
  start: (context) => createGuest(settings, http, context),
  // The room is only reachable with the token that the lost answer carried.
  findStarted: async () => ({ outcome: 'cannotTell' }),
  async send(chat, message) {
    const session = createXmSession(settings, http, chat, now);
    const body = {
      message: encodeText(message.text, settings.messageEncoding),
      internal: false,
      quotedMessageId: null,
    };
    const path = `chats/${encodeURIComponent(chat.remoteId)}/messages`;
    const response = await session.call('POST', path, 'writes', body);
    if (!isSuccess(response)) throw failureOf(response, 'writes');
    const answer = sentAnswerSchema.safeParse(jsonOf(response));
    return answer.success ? { remoteMessageId: answer.data.messageId } : {};
  },
  findSent: (chat, message) => findText(createXmSession(settings, http, chat, now), chat.remoteId, message),
  async end(chat) {
    const session = createXmSession(settings, http, chat, now);
    try {
      const response = await session.call('DELETE', `chats/${encodeURIComponent(chat.remoteId)}/leave`, 'writes');
      // Whether guests may leave is not known: a refusal ends the chat on our side all the same (contract 5.7).
      if (response.status === 429 || response.status >= 500) throw failureOf(response, 'writes');
    } catch (error) {
      if (!(error instanceof DestinationFailure && error.kind === 'gone')) throw error;
    }
  },
  check: () =>
    checkXm(
      {
        baseUrl: settings.baseUrl,
        departmentId: settings.departmentId,
        'captcha.captchaId': settings.captcha.captchaId,
      },
      http,
    ),
}));

async function createGuest(settings: XmSettings, http: HttpClient, context: StartContext): Promise<StartedChat> {
  const { captchaId, captcha } = settings.captcha;
  const query = new URLSearchParams({ captchaId, captcha }).toString();
  const url = new URL(`${settings.baseUrl}/guests?${query}`);
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': 'en' };
  const body = JSON.stringify(toGuest(context, settings));
  const request = { method: 'POST', url, headers, body, timeoutMs: settings.sendTimeoutMs } as const;
  const response = await callRemote(http, request, 'writes');
  if (!isSuccess(response)) {
    const { status: httpStatus } = response;
    // Its fields are made to fit, so what a 400 is about is the captcha; a fixed pair gets no better by itself.
    if (httpStatus === 400) throw new DestinationFailure('refused', 'captcha-refused', { httpStatus });
    const failure = failureOf(response, 'writes');
    // Nothing can be over before it began.
    throw failure.kind === 'gone' ? new DestinationFailure('refused', 'request-refused', { httpStatus }) : failure;
  }
  const answer = guestAnswerSchema.safeParse(jsonOf(response));
  if (!answer.success) throw new DestinationFailure('unknown', 'bad-answer', { httpStatus: response.status });
  const { userId, chatId, access_token: accessToken, refresh_token: refreshToken } = answer.data;
  return { remoteId: chatId, state: { userId, accessToken, refreshToken } satisfies XmState };
}
