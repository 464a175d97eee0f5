import type { HttpClient } from './http-client.ts';
import type { OutgoingRequest, OutgoingResponse } from './outgoing-request.ts';
import { retryAfterOf } from './retry-after.ts';

interface Pause {
  status: number;
  /** On the clock of `performance.now()`, in ms. */
  endsAt: number;
}

/**
 * The same client, which leaves alone whoever asked for it (`Retry-After` beside 429 or 5xx): until then it gives that
 * answer again, with the time that is left and without a call. Each credential of each host has a pause of its own;
 * calls without one are simply made. It knows what this process was told, another process is told by itself. Closing it
 * closes nothing: the connections belong to the client it was made of.
 */
export function keepingPauses(http: HttpClient): HttpClient {
  const pauses = new Map<string, Pause>();

  function left(key: string): OutgoingResponse | undefined {
    const pause = pauses.get(key);
    if (!pause) return undefined;
    const leftMs = pause.endsAt - performance.now();
    const seconds = (Math.ceil(leftMs) / 1000).toFixed(3);
    if (leftMs > 0) return { status: pause.status, headers: { 'retry-after': seconds }, body: Buffer.alloc(0) };
    pauses.delete(key);
    return undefined;
  }

  /** Credentials change: what has ended is not kept for those that never come again. */
  function keep(key: string, pause: Pause): void {
    const now = performance.now();
    for (const [known, { endsAt }] of pauses) if (endsAt <= now) pauses.delete(known);
    pauses.set(key, pause);
  }

  return {
    async request(request) {
      const key = keyOf(request);
      if (key === undefined) return http.request(request);
      const paused = left(key);
      if (paused) return paused;
      const response = await http.request(request);
      const { status } = response;
      const asksMs = status === 429 || status >= 500 ? (retryAfterOf(response) ?? 0) : 0;
      if (asksMs > 0) keep(key, { status, endsAt: performance.now() + asksMs });
      return response;
    },
    close: () => undefined,
  };
}

function keyOf({ url, headers = {} }: OutgoingRequest): string | undefined {
  const credential = headers['X-API-Key'] ?? headers['Authorization'];
  return credential === undefined ? undefined : `${url.origin} ${credential}`;
}
