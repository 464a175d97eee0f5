import type { Challenge } from './challenge.ts';

/**
 * What a failed call means for the next one. The list is closed; the bridge decides by it alone.
 * - notSent: proven that nothing arrived; try again by the back-off.
 * - refused: configuration or permission; a person must act.
 * - gone: the remote chat is over.
 * - throttled: wait at least `retryAfterMs`.
 * - unknown: nobody can tell yet; look before sending again.
 */
export type FailureKind = 'notSent' | 'refused' | 'gone' | 'throttled' | 'unknown';

export type FailureCode =
  | 'unreachable'
  | 'address-refused'
  | 'no-answer'
  | 'server-error'
  | 'unavailable'
  | 'bad-answer'
  | 'redirected'
  | 'rate-limited'
  | 'credentials-refused'
  | 'permission-missing'
  | 'request-refused'
  | 'captcha-refused'
  | 'challenge-needed'
  | 'challenge-unsupported'
  | 'chat-over'
  | 'session-lost';

/** The one error a destination throws. Holds no text of the remote system, which may quote a person. */
export class DestinationFailure extends Error {
  readonly kind: FailureKind;
  readonly code: FailureCode;
  /** HTTP status of the remote answer, where there was one. */
  readonly httpStatus: number | undefined;
  /** The remote system's own id of the failed request, to quote to its vendor. */
  readonly requestId: string | undefined;
  /** How long the remote system asked to be left alone, in ms; with `unknown` and `notSent` too, where it said so. */
  readonly retryAfterMs: number | undefined;
  /** With `unavailable`: it is closed and not in trouble, so this is no failure and may last for as long as it does. */
  readonly isClosed: boolean;
  /** With `challenge-needed`: what a person must answer before the start is tried again. */
  readonly challenge: Challenge | undefined;

  constructor(
    kind: FailureKind,
    code: FailureCode,
    about: {
      httpStatus?: number | undefined;
      requestId?: string | undefined;
      retryAfterMs?: number | undefined;
      isClosed?: boolean;
      challenge?: Challenge | undefined;
    } = {},
  ) {
    super(`${kind}: ${code}`);
    this.kind = kind;
    this.code = code;
    this.httpStatus = about.httpStatus;
    this.requestId = about.requestId;
    this.retryAfterMs = about.retryAfterMs;
    this.isClosed = about.isClosed ?? false;
    this.challenge = about.challenge;
  }
}
