import { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { OutgoingRequest, OutgoingResponse } from '../outgoing/outgoing-request.ts';
import { OutgoingError } from '../outgoing/outgoing-error.ts';
import { retryAfterOf } from '../outgoing/retry-after.ts';
import { IadvizeFailure } from './iadvize-failure.ts';

const TIMEOUT_MS = 10_000;

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

export interface GraphqlCredentials {
  username: string;
  password: string;
}

/** Asks iAdvize's token endpoint for an access token (contract 3.3). Throws `IadvizeFailure`. */
export async function logInToGraphql(
  oauthUrl: string,
  { username, password }: GraphqlCredentials,
  http: HttpClient,
): Promise<{ token: string; seconds: number }> {
  const body = new URLSearchParams({ username, password, grant_type: 'password' }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const url = new URL(oauthUrl);
  const response = await sendToIadvize(http, { method: 'POST', url, headers, body, timeoutMs: TIMEOUT_MS });
  if (response.status >= 400) throw new IadvizeFailure('credentials-refused');
  const token = tokenSchema.safeParse(parseJson(response.body));
  if (!token.success) throw new IadvizeFailure('bad-answer');
  return { token: token.data.access_token, seconds: token.data.expires_in };
}

/** Sends the request; no answer, 429 and 5xx become `IadvizeFailure` of kind `unavailable`. */
export async function sendToIadvize(http: HttpClient, request: OutgoingRequest): Promise<OutgoingResponse> {
  try {
    const response = await http.request(request);
    if (response.status === 429 || response.status >= 500) {
      throw new IadvizeFailure('unavailable', retryAfterOf(response));
    }
    return response;
  } catch (error) {
    if (error instanceof OutgoingError) throw new IadvizeFailure('unavailable');
    throw error;
  }
}

/** The value a body stands for; undefined when it is no JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
