import type { HttpClient } from './http-client.ts';

/**
 * The same client, whose every call ends by the deadline whatever time it was given itself. `deadline` on the clock of
 * `performance.now()`, in ms. Closing it closes nothing: the connections belong to the client it was made of.
 */
export function withDeadline(http: HttpClient, deadline: number): HttpClient {
  return {
    request: (request) => {
      const leftMs = Math.max(1, deadline - performance.now());
      return http.request({ ...request, timeoutMs: Math.min(request.timeoutMs, leftMs) });
    },
    close: () => undefined,
  };
}
