import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/outgoing/http-client.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';
import type { SelfSigned } from './self-signed.ts';

export interface LocalServer {
  readonly url: URL;
  readonly port: number;
  /** Every connection ever made to this server. */
  readonly sockets: readonly Socket[];
}

const cleanups: (() => void | Promise<void>)[] = [];

/** For `afterEach`: ends every client and server of the test. */
export async function closeEverything(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export function startHttp(listener: RequestListener): Promise<LocalServer> {
  return listen(createHttpServer(listener), 'http:');
}

export function startHttps(identity: SelfSigned, listener: RequestListener): Promise<LocalServer> {
  return listen(createHttpsServer({ key: identity.key, cert: identity.cert }, listener), 'https:');
}

export function startTcp(onSocket: (socket: Socket) => void, host?: string): Promise<LocalServer> {
  return listen(createTcpServer(onSocket), 'http:', host);
}

async function listen(server: Server, protocol: string, host = '127.0.0.1'): Promise<LocalServer> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`${protocol}//${host}:${port}/`), port, sockets };
}

/** A port that was free a moment ago, so that connecting to it is refused. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function startClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ allowPrivateAddresses: true, ...options });
  cleanups.push(() => client.close());
  return client;
}

export async function failureOf(call: Promise<unknown>): Promise<OutgoingError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (outcome instanceof OutgoingError) return outcome;
  throw new Error('expected an OutgoingError', { cause: outcome });
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
