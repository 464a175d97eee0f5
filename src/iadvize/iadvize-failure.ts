/**
 * Why iAdvize did not give what was asked for.
 * - unavailable: may work later (no answer, 5xx, 429).
 * - credentials-refused: the key or login is wrong or lacks a right.
 * - not-found: there is no such thing.
 * - bad-answer: an answer that does not fit its contract.
 */
export type IadvizeFailureKind = 'unavailable' | 'credentials-refused' | 'not-found' | 'bad-answer';

export class IadvizeFailure extends Error {
  readonly kind: IadvizeFailureKind;
  /** How long iAdvize asked to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: IadvizeFailureKind, retryAfterMs?: number) {
    super(`iAdvize: ${kind}`);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}
