import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingRequest, OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { callRemote, type Effect } from '../remote-call.ts';
import type { RemoteChat } from '../remote-chat.ts';
import { claimsOf, endOf } from './access-token.ts';
import type { XmSettings } from './definition.ts';
import { refreshTokens, xmStateSchema } from './token-refresh.ts';

export interface XmCall {
  method: OutgoingRequest['method'];
  /** Below `/api/`. */
  path: string;
  effect: Effect;
  body?: { contentType: string; bytes: string | Buffer };
  /** In ms, where it is not the usual one. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Longest answer that is read, in bytes; a longer one is cut there. */
  cutAfterBytes?: number;
}

/** How the token travels: in a header, or as the cookie that the vendor's media tags send. */
export type TokenCarrier = 'header' | 'cookie';

/** One chat as its guest calls it. Throws `DestinationFailure`; resolves for every status. */
export interface XmSession {
  /** Whether that person is us. */
  isOurs(senderId: string | undefined): boolean;
  /** Calls with a valid token; renews it before its end, and once when it is refused. */
  call(call: XmCall): Promise<OutgoingResponse>;
  /** Calls with the token as it is, however it is answered. */
  callOnce(call: XmCall, carrier: TokenCarrier): Promise<OutgoingResponse>;
  /** Renews a token that is about to end. */
  keepFresh(): Promise<void>;
  refresh(): Promise<void>;
}

export const jsonBody = (body: object) => ({ contentType: 'application/json', bytes: JSON.stringify(body) });

/** The token pair of one chat and the calls made with it (contract 1, 1.1, 1.2). */
export function createXmSession(settings: XmSettings, http: HttpClient, chat: RemoteChat, now: () => Date): XmSession {
  let state = xmStateSchema.parse(chat.state);

  async function refresh(): Promise<void> {
    state = await refreshTokens(settings, http, chat, state.accessToken, now);
  }

  async function keepFresh(): Promise<void> {
    const endsAt = endOf(state.accessToken, state.receivedAt);
    if (endsAt !== undefined && endsAt - settings.refreshBeforeMs <= now().getTime()) await refresh();
  }

  function callOnce(call: XmCall, carrier: TokenCarrier): Promise<OutgoingResponse> {
    const { method, path, effect, body, signal, cutAfterBytes, timeoutMs = settings.sendTimeoutMs } = call;
    const headers = {
      ...(carrier === 'header'
        ? { Authorization: `Bearer ${state.accessToken}` }
        : { Cookie: `token=${state.accessToken}` }),
      ...(settings.sendLegacyAuthHeader && { 'X-Authorization-Token': state.accessToken }),
      'Content-Type': body?.contentType ?? 'application/json',
      'Accept-Language': 'en',
    };
    const request: OutgoingRequest = {
      method,
      url: new URL(`${settings.baseUrl}/api/${path}`),
      headers,
      timeoutMs,
      ...(body && { body: body.bytes }),
      ...(signal && { signal }),
      ...(cutAfterBytes !== undefined && { maxBodyBytes: cutAfterBytes, overlongBody: 'cut' }),
    };
    return callRemote(http, request, effect);
  }

  return {
    isOurs(senderId) {
      // The vendor's own sample has a token whose subject is not the user id: both are us.
      return senderId !== undefined && (senderId === state.userId || senderId === claimsOf(state.accessToken).sub);
    },
    async call(call) {
      await keepFresh();
      const response = await callOnce(call, 'header');
      if (response.status !== 401) return response;
      await refresh();
      return callOnce(call, 'header');
    },
    callOnce,
    keepFresh,
    refresh,
  };
}
