import type { HttpClient } from '../outgoing/http-client.ts';

/** A call begins at most this long after its lane was seen to be ours, in ms; from then on it keeps its own time. */
export const LATEST_START_MS = 2_000;

export interface WriteFence {
  /** For one lane: one attempt after the other. Closing it closes nothing. */
  http: HttpClient;
  /**
   * Makes an attempt's calls. One that changes something and begins late, behind a renewed token, say, asks `confirm`
   * once more whether the lane is still ours; what that throws is what the call throws, and nothing is sent.
   * `confirmedAt` on the clock of `performance.now()`.
   */
  during<Outcome>(confirmedAt: number, confirm: () => Promise<void>, calls: () => Promise<Outcome>): Promise<Outcome>;
}

export function createWriteFence(http: HttpClient): WriteFence {
  let attempt: { confirmedAt: number; confirm: () => Promise<void> } | undefined;
  return {
    http: {
      async request(request) {
        const current = request.method === 'GET' ? undefined : attempt;
        // Again where the answer itself came late: a process may be frozen at any line.
        while (current && performance.now() - current.confirmedAt > LATEST_START_MS) {
          const askedAt = performance.now();
          await current.confirm();
          current.confirmedAt = askedAt;
        }
        return http.request(request);
      },
      close: () => undefined,
    },
    async during(confirmedAt, confirm, calls) {
      attempt = { confirmedAt, confirm };
      try {
        return await calls();
      } finally {
        attempt = undefined;
      }
    },
  };
}
