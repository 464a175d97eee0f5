import type { HttpClient } from './http-client.ts';

export interface TimedClient extends HttpClient {
  /** How long its slowest answer took, in ms; undefined while there was none. */
  slowestMs(): number | undefined;
}

/** The same client, timed. Closing it closes nothing: the connections belong to the client it was made of. */
export function withTiming(http: HttpClient): TimedClient {
  let slowestMs: number | undefined;
  return {
    async request(request) {
      const askedAt = performance.now();
      const response = await http.request(request);
      slowestMs = Math.max(slowestMs ?? 0, performance.now() - askedAt);
      return response;
    },
    slowestMs: () => slowestMs,
    close: () => undefined,
  };
}
