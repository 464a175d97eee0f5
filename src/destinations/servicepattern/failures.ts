import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { retryAfterOf } from '../../outgoing/retry-after.ts';
import { DestinationFailure, type FailureCode, type FailureKind } from '../destination-failure.ts';
import { type Effect, failureOf, jsonOf } from '../remote-call.ts';
import { errorSchema } from './wire.ts';

/** `inDoubt`: a write may have been carried out, a read is simply repeated. */
interface Meaning {
  kind: FailureKind | 'inDoubt';
  code: FailureCode;
  /** The setting at fault. */
  setting?: 'tenantUrl' | 'appId';
}

/** What the vendor's error codes mean (contract 1.1). Codes that are not here are judged by their HTTP status. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '1000': { kind: 'refused', code: 'credentials-refused', setting: 'tenantUrl' },
  '2000': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '2001': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '2002': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '2003': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '2004': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '3000': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '5000': { kind: 'inDoubt', code: 'server-error' },
  // No server took it, so nobody has it.
  '5001': { kind: 'notSent', code: 'unavailable' },
  '5003': { kind: 'refused', code: 'request-refused' },
  '5004': { kind: 'inDoubt', code: 'server-error' },
  '5005': { kind: 'gone', code: 'chat-over' },
  '5006': { kind: 'refused', code: 'credentials-refused', setting: 'appId' },
  '5500': { kind: 'inDoubt', code: 'server-error' },
  '5501': { kind: 'refused', code: 'request-refused' },
  '5502': { kind: 'refused', code: 'request-refused' },
  '5509': { kind: 'throttled', code: 'rate-limited' },
  '5558': { kind: 'inDoubt', code: 'server-error' },
  '5955': { kind: 'inDoubt', code: 'server-error' },
};

export const UPLOAD_TOO_LARGE = '5501';
export const FILE_NOT_FOUND = '5502';
export const FILE_OPERATION_FAILED = '5558';
const POLLED_ALREADY = '5509';
const NO_EVENTS = '5511';

/** A failure with the vendor's code, by which a file's fallback is chosen. */
export class ServicepatternFailure extends DestinationFailure {
  readonly errorCode: string | undefined;

  constructor(kind: FailureKind, code: FailureCode, about: FailureAbout) {
    super(kind, code, about);
    this.errorCode = about.errorCode;
  }
}

interface FailureAbout {
  httpStatus: number;
  retryAfterMs: number | undefined;
  errorCode: string | undefined;
}

/** The vendor's code of an answer; undefined where it has none. */
export function errorCodeOf(response: OutgoingResponse): string | undefined {
  return errorSchema.safeParse(jsonOf(response)).data?.error_code;
}

export const saysNoEvents = (response: OutgoingResponse): boolean => errorCodeOf(response) === NO_EVENTS;

/** Whose fault a refusal is; undefined when it is not about a setting. 401 and 403 are the same here (contract 1.1). */
export function faultySetting(response: OutgoingResponse): 'tenantUrl' | 'appId' | undefined {
  const refused = response.status === 401 || response.status === 403;
  return MEANINGS[errorCodeOf(response) ?? '']?.setting ?? (refused ? 'appId' : undefined);
}

/** What an answer other than 2xx means. `pauseMs`: how long to wait at least after a refused second poll. */
export function servicepatternFailure(
  response: OutgoingResponse,
  effect: Effect,
  pauseMs: number,
): ServicepatternFailure {
  const errorCode = errorCodeOf(response);
  const { kind: told, code } = MEANINGS[errorCode ?? ''] ?? meaningOfStatus(response, effect);
  const kind = told === 'inDoubt' ? (effect === 'writes' ? 'unknown' : 'notSent') : told;
  const named = retryAfterOf(response);
  const retryAfterMs =
    kind === 'throttled' ? Math.max(named ?? pauseMs, errorCode === POLLED_ALREADY ? pauseMs : 0) : named;
  return new ServicepatternFailure(kind, code, { httpStatus: response.status, retryAfterMs, errorCode });
}

function meaningOfStatus(response: OutgoingResponse, effect: Effect): Meaning {
  const { kind, code } = failureOf(response, effect);
  return { kind, code: code === 'permission-missing' ? 'credentials-refused' : code };
}
