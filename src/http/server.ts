import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

/** A sender gets this long for its headers. */
const HEADERS_TIMEOUT_MS = 10_000;
/** And this long for the whole request: a feed of 64 MiB may come over a slow line. Small bodies have a limit of their own. */
const REQUEST_TIMEOUT_MS = 10 * 60_000;

export interface RunningServer {
  port: number;
  /** Takes no new connection, lets running requests finish, resolves when the last one is done. */
  drain(): Promise<void>;
}

/** Starts listening. Rejects with a sentence that says what to do when the port cannot be had. */
export function startServer(app: Express, { port, host }: { port: number; host: string }): Promise<RunningServer> {
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server = http.createServer({ ...timeouts, ...preparedFor(app) }, app);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${port} is in use. Stop what listens there, or set PORT to another one (0 takes a free one).`,
        EACCES: `Port ${port} needs rights this process does not have. Set PORT to one above 1023.`,
      };
      reject(new Error(reasons[error.code ?? ''] ?? `Cannot listen on ${host}:${port} (${error.code}).`));
    });
    server.listen(port, host, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        drain: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
          }),
      });
    });
  });
}

/**
 * Express gives every request and response the app's own prototype, and V8 is slow with an object whose prototype was
 * changed. Made with that prototype from the start, they are left as they are. Mounted apps would change it again: use
 * routers.
 */
function preparedFor(app: Express) {
  class PreparedRequest extends http.IncomingMessage {}
  class PreparedResponse<Request extends http.IncomingMessage> extends http.ServerResponse<Request> {}
  Object.setPrototypeOf(PreparedRequest.prototype, app.request);
  Object.setPrototypeOf(PreparedResponse.prototype, app.response);
  app.request = PreparedRequest.prototype as typeof app.request;
  app.response = PreparedResponse.prototype as typeof app.response;
  return { IncomingMessage: PreparedRequest, ServerResponse: PreparedResponse };
}
