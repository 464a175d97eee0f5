import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

/** A sender gets this long for its headers and for the whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

export interface RunningServer {
  port: number;
  /** Takes no new connection, lets running requests finish, resolves when the last one is done. */
  drain(): Promise<void>;
}

/** Starts listening. Rejects with a sentence that says what to do when the port cannot be had. */
export function startServer(app: Express, { port, host }: { port: number; host: string }): Promise<RunningServer> {
  const server = http.createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, app);
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
