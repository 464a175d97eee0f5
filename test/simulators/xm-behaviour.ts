/**
 * How this XM behaves where its contract leaves it open, changeable while it runs.
 */
export interface XmBehaviour {
  /** What an idle sync says: all its members, none, or no body with either status. */
  idleSync: 'full' | 'bare' | 'no-content' | 'empty';
  /** Answers of before 2021-03: the body inside `data`. */
  wrapsAnswers: boolean;
  /** Messages without their `sequence`. */
  hidesSequences: boolean;
  /** Notes among agents are left out for guests, of a page of history after it was cut. */
  hidesNotes: boolean;
  /** A server of before September 2021, which knows the older header of the token only. */
  knowsLegacyHeaderOnly: boolean;
  /** Files are handed out to the cookie only. */
  mediaByCookie: boolean;
  /** Makes sync a queue: what was handed out once is never handed out again, even if the answer was lost. */
  syncHandsOutOnce: boolean;
}

export function usualXmBehaviour(): XmBehaviour {
  return {
    idleSync: 'full',
    wrapsAnswers: false,
    hidesSequences: false,
    hidesNotes: false,
    knowsLegacyHeaderOnly: false,
    mediaByCookie: false,
    syncHandsOutOnce: false,
  };
}
