import { once } from 'node:events';
import net from 'node:net';

export interface Balancer {
  url: string;
  close(): Promise<void>;
}

/** One address before several replicas: each connection goes to the next one that takes it, as a load balancer does it. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let next = 0;
  const open = new Set<net.Socket>();

  async function replica(): Promise<net.Socket | undefined> {
    const turn = (next += 1) % ports.length;
    for (const port of [...ports.slice(turn), ...ports.slice(0, turn)]) {
      const socket = net.connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        return socket;
      } catch {
        socket.destroy();
      }
    }
    return undefined;
  }

  async function join(client: net.Socket): Promise<void> {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => undefined);
    const upstream = await replica();
    if (!upstream) return void client.destroy();
    upstream.on('error', () => client.destroy());
    upstream.once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
    if (client.destroyed) return void upstream.destroy();
    client.pipe(upstream).pipe(client);
  }

  const server = net.createServer((client) => void join(client));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
