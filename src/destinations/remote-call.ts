import { OutgoingError } from '../outgoing/outgoing-error.ts';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { OutgoingRequest, OutgoingResponse } from '../outgoing/outgoing-request.ts';
import { retryAfterOf } from '../outgoing/retry-after.ts';
import { DestinationFailure } from './destination-failure.ts';

/** `writes`: a repeat could be seen by a person. `reads`: a repeat changes nothing. */
export type Effect = 'writes' | 'reads';

/**
 * Sends one request. Resolves for every HTTP status; throws `DestinationFailure` when there is no answer: proven not
 * sent before the connection stood, unknown after, unless repeating it is harmless.
 */
export async function callRemote(
  http: HttpClient,
  request: OutgoingRequest,
  effect: Effect,
): Promise<OutgoingResponse> {
  try {
    return await http.request(request);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    if (error.code === 'address-refused') throw new DestinationFailure('refused', 'address-refused');
    if (error.code === 'bad-url' || error.code === 'bad-request')
      throw new DestinationFailure('refused', 'request-refused');
    if (error.phase === 'not-sent') throw new DestinationFailure('notSent', 'unreachable');
    throw new DestinationFailure(effect === 'writes' ? 'unknown' : 'notSent', 'no-answer');
  }
}

export const isSuccess = ({ status }: OutgoingResponse): boolean => status >= 200 && status < 300;

/** What a refusing status means where a system's contract says nothing of its own. By class of status only. */
export function failureOf(response: OutgoingResponse, effect: Effect, requestId?: string): DestinationFailure {
  const { status: httpStatus } = response;
  const about = { httpStatus, requestId };
  const retryAfterMs = retryAfterOf(response);
  if (httpStatus === 401) return new DestinationFailure('refused', 'credentials-refused', about);
  if (httpStatus === 403) return new DestinationFailure('refused', 'permission-missing', about);
  if (httpStatus === 404 || httpStatus === 409 || httpStatus === 410) {
    return new DestinationFailure('gone', 'chat-over', about);
  }
  if (httpStatus === 429) return new DestinationFailure('throttled', 'rate-limited', { ...about, retryAfterMs });
  if (httpStatus >= 300 && httpStatus < 400) return new DestinationFailure('refused', 'redirected', about);
  // A time-out told by the server, or trouble inside it: it may have done the work before.
  if (httpStatus === 408 || httpStatus >= 500) {
    return new DestinationFailure(effect === 'writes' ? 'unknown' : 'notSent', 'server-error', {
      ...about,
      retryAfterMs,
    });
  }
  return new DestinationFailure('refused', 'request-refused', about);
}

/** The body as JSON; undefined when it is not JSON. */
export function jsonOf(response: OutgoingResponse): unknown {
  try {
    return JSON.parse(response.body.toString('utf8'));
  } catch {
    return undefined;
  }
}
