import { setMaxListeners } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';

export interface SimulatorRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Aborts when the caller has hung up or the simulator closes: a long poll ends on it. */
  gone: AbortSignal;
}

export interface SimulatorAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
}

/** One request as it was answered; `status` is null when the line was cut or the caller had hung up. */
export interface RequestEntry {
  method: string;
  path: string;
  query: Record<string, string>;
  status: number | null;
}

export interface SimulatorOptions {
  name: string;
  handle: (request: SimulatorRequest) => SimulatorAnswer | Promise<SimulatorAnswer>;
  faults: Faults;
  onRequest?: (entry: RequestEntry) => void;
}

export interface SimulatorServer {
  url: string;
  port: number;
  close: () => Promise<void>;
}

// Longer than any test: an idle connection closed by the server would look like a fault that nobody switched on.
const KEEP_ALIVE_MS = 120_000;

export async function startSimulator({ name, handle, faults, onRequest }: SimulatorOptions): Promise<SimulatorServer> {
  const closing = new AbortController();
  // Every delayed request listens, and a thousand of them at once are no leak.
  setMaxListeners(0, closing.signal);
  const running = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    const turn = serve(incoming, response).catch((error: unknown) => {
      if (!closing.signal.aborted && !response.destroyed) write(response, failure(name, error));
    });
    running.add(turn);
    void turn.finally(() => running.delete(turn));
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://simulator');
    const seen = { method: incoming.method ?? 'GET', path: pathname, query: searchParams };
    const note = (status: number | null): void =>
      onRequest?.({ ...seen, query: Object.fromEntries(searchParams), status });
    const answer = (given: SimulatorAnswer): void => {
      note(response.destroyed ? null : given.status);
      write(response, given);
    };
    const cut = (): void => {
      note(null);
      incoming.socket.destroy();
    };

    const body = await readBody(incoming);
    if (!body) return;
    const fault = faults.take(seen);
    if (fault?.kind === 'cut-before') return cut();
    if (fault?.kind === 'status') return answer(fault);
    if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { signal: closing.signal });
    const carriedOut = await handle({ ...seen, headers: incoming.headers, body, gone: gone.signal });
    if (fault?.kind === 'accept-then-cut') return cut();
    if (fault?.kind === 'status-after') return answer(fault);
    if (fault?.kind === 'delay-after') await sleep(fault.ms, undefined, { signal: closing.signal });
    answer(carriedOut);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, ...running]);
    },
  };
}

/** The JSON object of the body, or undefined when there is none. */
export function jsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when the caller hung up in the middle of the body: nothing may be carried out then. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, headers = {}, body }: SimulatorAnswer): void {
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  if (body !== undefined && !raw) response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.writeHead(status, headers).end(body === undefined || raw ? body : JSON.stringify(body));
}

function failure(name: string, error: unknown): SimulatorAnswer {
  return { status: 500, body: { simulator: name, failed: error instanceof Error ? error.message : String(error) } };
}
