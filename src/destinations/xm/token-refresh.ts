import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { callRemote, isSuccess, jsonOf } from '../remote-call.ts';
import type { RemoteChat } from '../remote-chat.ts';
import type { XmSettings } from './definition.ts';
import { xmFailure } from './failures.ts';
import { tokensSchema } from './wire.ts';

/** What XM needs back for a chat; stored encrypted. */
export const xmStateSchema = z.object({
  userId: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  /** When the pair came, in ms by our clock. */
  receivedAt: z.number().optional(),
  /** Secret of a refresh that was begun: repeating it with the same one is safe, whatever became of the first. */
  refreshSecret: z.string().optional(),
});

export type XmState = z.infer<typeof xmStateSchema>;

const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const newSecret = (): string =>
  Array.from({ length: 10 }, () => SECRET_ALPHABET[randomInt(SECRET_ALPHABET.length)]).join('');

/** Refreshes under way in this process, by server and refused token. */
const underWay = new Map<string, Promise<XmState>>();

/**
 * Exchanges the token pair whose access token is `refused` and resolves with what is stored then. Callers of one process
 * share one refresh; other processes repeat it with the stored secret, which rotates nothing a second time. The new pair
 * is stored before anybody uses it. Throws `DestinationFailure`: `gone` when the pair cannot be brought back.
 */
export function refreshTokens(
  settings: XmSettings,
  http: HttpClient,
  chat: RemoteChat,
  refused: string,
  now: () => Date,
): Promise<XmState> {
  const key = `${settings.baseUrl} ${refused}`;
  const begun = underWay.get(key);
  if (begun) {
    return begun.catch((error: unknown) => {
      if (error instanceof DestinationFailure) throw error;
      // It was its owner's trouble that stopped it, a lane taken over, say, and nothing that XM answered.
      return refreshTokens(settings, http, chat, refused, now);
    });
  }
  const refresh = rotate(settings, http, chat, refused, now).finally(() => underWay.delete(key));
  underWay.set(key, refresh);
  return refresh;
}

async function rotate(
  settings: XmSettings,
  http: HttpClient,
  chat: RemoteChat,
  refused: string,
  now: () => Date,
): Promise<XmState> {
  const change = async (pure: (stored: XmState) => XmState): Promise<XmState> =>
    xmStateSchema.parse(await chat.updateState((stored) => pure(xmStateSchema.parse(stored))));
  const offered = newSecret();
  // Whoever begins a refresh writes its secret down first: all who join in, and who comes after a crash, repeat it.
  const begun = await change((stored) =>
    stored.accessToken === refused ? { ...stored, refreshSecret: stored.refreshSecret ?? offered } : stored,
  );
  // Another process has rotated it meanwhile.
  if (begun.accessToken !== refused) return begun;
  const { refreshToken, refreshSecret } = begun;
  const ask = (secret: string | undefined) => requestTokens(settings, http, refreshToken, secret);
  let response = await ask(refreshSecret);
  // "Used already" or "not found" may be our own first try whose answer was lost: the same secret brings it back.
  if (response.status === 403 || response.status === 404) response = await ask(refreshSecret);
  if (response.status === 400) response = await ask(undefined);
  const passes = response.status === 408 || response.status === 429;
  if (response.status >= 400 && response.status < 500 && !passes) {
    throw new DestinationFailure('gone', 'session-lost', { httpStatus: response.status });
  }
  if (!isSuccess(response)) throw xmFailure(response, 'reads');
  const tokens = tokensSchema.safeParse(jsonOf(response));
  if (!tokens.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  const pair = { accessToken: tokens.data.access_token, refreshToken: tokens.data.refresh_token };
  const receivedAt = now().getTime();
  return change((stored) => (stored.accessToken === refused ? { userId: stored.userId, ...pair, receivedAt } : stored));
}

function requestTokens(
  settings: XmSettings,
  http: HttpClient,
  refreshToken: string,
  secret: string | undefined,
): Promise<OutgoingResponse> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...(secret !== undefined && { secret }),
  });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const url = new URL(`${settings.baseUrl}/oauth2/token`);
  const request = { method: 'POST', url, headers, body: form.toString(), timeoutMs: settings.sendTimeoutMs } as const;
  // The message itself has not left yet, and a refresh may be repeated with its secret: nothing is in doubt.
  return callRemote(http, request, 'reads');
}
