import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { type Effect, failureOf } from '../remote-call.ts';

/** Pause after "too many requests" where XM names none (contract 3.7), in ms; further ones grow from there. */
const UNNAMED_PAUSE_MS = 5_000;

/** What an answer other than 2xx means. */
export function xmFailure(response: OutgoingResponse, effect: Effect): DestinationFailure {
  const failure = failureOf(response, effect);
  if (failure.kind !== 'throttled' || failure.retryAfterMs !== undefined) return failure;
  const { kind, code, httpStatus } = failure;
  return new DestinationFailure(kind, code, { httpStatus, retryAfterMs: UNNAMED_PAUSE_MS });
}
