import type { FailureCode, FailureKind } from '../destinations/destination-failure.ts';
import type { Author, Unreadable } from './conversation-source.ts';

/**
 * What a delivery carries. `start`, `message` and `end` write into the destination; the others read from the source
 * first and turn into messages, which take their place in the lane.
 */
export type DeliveryKind =
  'start' | 'message' | 'end' | 'transcript' | 'transfer' | 'visitor-update' | 'closing-answers';

export type DeliveryStatus = 'pending' | 'sending' | 'delivered' | 'uncertain' | 'parked' | 'skipped' | 'expired';

/** Payloads by kind; text is what will leave, to the letter. */
export interface Payloads {
  start: { startUnheard: boolean };
  message: { author: Author; text: string };
  end: Record<string, never>;
  transcript: Record<string, never>;
  transfer: { operatorId: string | null };
  'visitor-update': Record<string, never>;
  'closing-answers': Record<string, never>;
}

export interface NewDelivery<Kind extends DeliveryKind = DeliveryKind> {
  /** Unique in its lane; planning the same key again changes nothing. */
  key: string;
  kind: Kind;
  payload: Payloads[Kind];
  /** Not sent any more when it is older than this, in ms: old news helps nobody in a live chat. */
  expiresInMs?: number;
}

export interface Delivery {
  id: string;
  key: string;
  kind: DeliveryKind;
  payload: Payloads[DeliveryKind];
  position: number;
  part: number;
  status: DeliveryStatus;
  /** Consecutive failures. */
  failures: number;
  /** Milliseconds since the first of them, by the database's clock; 0 without one. */
  failingForMs: number;
  /** Errors that nobody foresaw; they count apart from its failures. */
  unforeseen: number;
  /** Readings of the remote transcript since the last attempt that did not find it. */
  looks: number;
  /** When the first attempt began, by the database's clock. */
  firstAttemptAt: Date | undefined;
  /** Milliseconds since the last attempt was free to begin a call, when its worker never told how it ended. */
  orphanedForMs: number | undefined;
  /** How long the last attempt took, in milliseconds, when its worker told how it ended. */
  lastAttemptTookMs: number | undefined;
  /** Milliseconds since the last attempt ended, or began where its worker never told. */
  lastAttemptAgoMs: number | undefined;
  /** What the first attempt of a start was made of, sealed: a chat in doubt is looked for by the very same. */
  prepared: string | undefined;
  /** Its age limit has passed, by the database's clock. */
  tooOld: boolean;
  /** An operator wants it sent even if nobody can tell whether the last attempt arrived. */
  resendConfirmed: boolean;
}

/** Why a person must look at a delivery, why it was passed over, or what it waits for. */
export type DeliveryReason =
  | FailureCode
  | Unreadable
  | 'destination-removed'
  | 'settings-do-not-fit'
  | 'no-remote-chat'
  | 'same-conversation'
  | 'retries-exhausted'
  | 'source-unavailable'
  | 'no-credentials'
  | 'no-matching-id'
  | 'no-answers'
  | 'too-old'
  | 'skipped-by-operator'
  | 'unexpected-error';

/** How an attempt ended, for its row. */
export interface AttemptOutcome {
  outcome: 'delivered' | FailureKind;
  code?: FailureCode | 'unexpected-error' | 'worker-lost';
  httpStatus?: number | undefined;
  requestId?: string | undefined;
}

/** A worker's temporary right to a lane. Every later write checks the fencing number. */
export interface Lease {
  laneId: string;
  installationId: string;
  conversationId: string;
  destinationId: string;
  fencing: string;
}

/** Another worker has the lane: whatever this one was about to write is void. */
export class LeaseLostError extends Error {}
