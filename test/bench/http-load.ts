import { once } from 'node:events';
import net from 'node:net';

export interface LoadResult {
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  slowest: number;
  /** Answers other than 2xx, and connections that broke. */
  failed: number;
}

/** One kept-alive connection with at most one request on its way. Reads answers with a Content-Length only. */
class LoadConnection {
  readonly #socket: net.Socket;
  #done: ((ok: boolean) => void) | undefined;
  #received: Buffer[] = [];
  #size = 0;
  /** Bytes of the whole answer, once its head is there. */
  #expected = Infinity;
  #ok = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => this.#finish(false));
    socket.on('close', () => this.#finish(false));
  }

  /** Resolves with whether a whole 2xx answer came. */
  send(request: Buffer): Promise<boolean> {
    if (this.#socket.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#expected === Infinity) {
      this.#received.push(chunk);
      const head = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      this.#ok = text.startsWith('HTTP/1.1 2');
      this.#expected = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    }
    if (this.#size >= this.#expected) this.#finish(this.#ok);
  }

  #finish(ok: boolean): void {
    const done = this.#done;
    [this.#done, this.#received, this.#size, this.#expected] = [undefined, [], 0, Infinity];
    done?.(ok);
  }
}

async function connect(url: string, count: number): Promise<LoadConnection[]> {
  const { hostname, port } = new URL(url);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = net.connect(Number(port), hostname);
      await once(socket, 'connect');
      return new LoadConnection(socket);
    }),
  );
}

function summarise(latencies: number[], failed: number, seconds: number): LoadResult {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const perSecond = latencies.length / seconds;
  return { requests: latencies.length, perSecond, p50: at(0.5), p99: at(0.99), slowest: at(1), failed };
}

/** The bytes of one request. */
export function requestBytes(method: string, path: string, headers: Record<string, string>, body = ''): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: bench\r\n${lines.join('')}${length}\r\n${body}`);
}

/** Each connection sends its next request when the last one was answered. `seconds` of time, `next` gives the requests. */
export async function closedLoop(
  url: string,
  { connections, seconds, next }: { connections: number; seconds: number; next: (connection: number) => Buffer },
): Promise<LoadResult> {
  const open = await connect(url, connections);
  const latencies: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await Promise.all(
    open.map(async (connection, number) => {
      for (let now = performance.now(); now < endsAt; now = performance.now()) {
        if (await connection.send(next(number))) latencies.push(performance.now() - now);
        else if (++failed > 100) return;
      }
    }),
  );
  const took = (performance.now() - startedAt) / 1000;
  open.forEach((connection) => connection.close());
  return summarise(latencies, failed, took);
}

/**
 * Requests begin on a fixed schedule, whatever the answers do; a request that found no free connection waits, and its
 * time counts from when it was due.
 */
export async function openLoop(
  url: string,
  options: { perSecond: number; seconds: number; connections: number; next: () => Buffer },
): Promise<LoadResult> {
  const { perSecond, seconds, connections, next } = options;
  const open = await connect(url, connections);
  const free = [...open];
  const due: number[] = [];
  const latencies: number[] = [];
  let [failed, running] = [0, 0];
  const startedAt = performance.now();
  const total = Math.round(perSecond * seconds);

  function sendDue(): void {
    while (free.length > 0 && due.length > 0) {
      // In turn: one that is left out for some seconds is closed by the server.
      const [connection, dueAt] = [free.shift()!, due.shift()!];
      running += 1;
      void connection.send(next()).then((ok) => {
        if (ok) latencies.push(performance.now() - dueAt);
        else failed += 1;
        running -= 1;
        free.push(connection);
        sendDue();
      });
    }
  }

  for (let planned = 0; planned < total;) {
    const passed = performance.now() - startedAt;
    for (; planned < total && planned * (1000 / perSecond) <= passed; planned += 1) {
      due.push(startedAt + planned * (1000 / perSecond));
    }
    sendDue();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (running > 0 || due.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const took = (performance.now() - startedAt) / 1000;
  open.forEach((connection) => connection.close());
  return summarise(latencies, failed, took);
}
