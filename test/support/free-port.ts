import { once } from 'node:events';
import net from 'node:net';

/** A port that is free right now, for a service that is to come back at the same address. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
