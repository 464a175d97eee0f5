import { once } from 'node:events';
import net from 'node:net';

/**
 * What happens to the line from now on:
 * - `refuse`: new connections are refused, those that stand are cut
 * - `black-hole`: everything stays open and nothing gets through, as when a firewall forgets a connection
 * - `cut-after`: each connection is cut when so many bytes have come back on it since now
 * - `delay`: every answer comes that much later
 */
export type LineFault =
  { kind: 'refuse' } | { kind: 'black-hole' } | { kind: 'cut-after'; bytes: number } | { kind: 'delay'; ms: number };

interface Line {
  near: net.Socket;
  far: net.Socket;
  /** Bytes that came back since the fault began. */
  answered: number;
  /** The far side spoke last. */
  isAnswered: boolean;
  /** Went through a black hole: whatever gets through afterwards belongs to nobody. */
  lost: boolean;
}

export interface FaultProxy {
  port: number;
  /** Undefined: all is well. Lines that a black hole swallowed stay dead. */
  set(fault: LineFault | undefined): Promise<void>;
  /** Connections that stand right now. */
  lines(): number;
  /** How often, on any line, the near side spoke after the far side had: each time it may have waited for the answer. */
  trips(): number;
  close(): Promise<void>;
}

/** Passes TCP on to another port, as well or as badly as it is told. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const open = new Set<Line>();
  let fault: LineFault | undefined;
  let trips = 0;
  const server = net.createServer((near) => {
    const far = net.connect(target);
    const line: Line = { near, far, answered: 0, isAnswered: true, lost: fault?.kind === 'black-hole' };
    open.add(line);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => pass(line, bytes, to));
      from.once('close', () => {
        // What a black hole swallowed is not told of the end either.
        if (!line.lost) to.destroy();
        if (near.destroyed && far.destroyed) open.delete(line);
      });
    }
  });

  function pass(line: Line, bytes: Buffer, to: net.Socket): void {
    if (to === line.far && line.isAnswered) trips += 1;
    line.isAnswered = to === line.near;
    if (fault?.kind === 'black-hole') line.lost = true;
    if (line.lost) return;
    if (fault?.kind === 'delay' && to === line.near) {
      setTimeout(() => to.write(bytes), fault.ms);
      return;
    }
    if (fault?.kind === 'cut-after' && to === line.near) {
      const left = fault.bytes - line.answered;
      line.answered += bytes.length;
      if (bytes.length >= left) {
        to.end(bytes.subarray(0, Math.max(left, 0)), () => to.destroy());
        return;
      }
    }
    to.write(bytes);
  }

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = (): void => [...open].forEach(({ near, far }) => [near, far].forEach((socket) => socket.destroy()));
  await listen(0);
  const { port } = server.address() as net.AddressInfo;

  return {
    port,
    async set(next) {
      fault = next;
      for (const line of open) {
        line.answered = 0;
        if (next?.kind === 'black-hole') line.lost = true;
      }
      if (next?.kind === 'refuse') {
        if (!server.listening) return;
        const closed = once(server, 'close');
        server.close();
        cut();
        await closed;
      } else if (!server.listening) await listen(port);
    },
    lines: () => open.size,
    trips: () => trips,
    async close() {
      cut();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
