import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { guardedLookup, isPublicAddress, type LookupAll } from './address-guard.ts';
import { exchange } from './exchange.ts';
import { exchangeStream, type StreamingRequest, type StreamingResponse } from './exchange-stream.ts';
import type { OutgoingRequest, OutgoingResponse } from './outgoing-request.ts';
import { OutgoingError } from './outgoing-error.ts';

export interface HttpClient {
  /**
   * Sends once, never retries and never follows a redirect. Resolves for every HTTP status.
   * @throws OutgoingError when there is no complete answer; its `phase` says whether anything was sent.
   */
  request(request: OutgoingRequest): Promise<OutgoingResponse>;
  /** Gives up every call under way and closes all connections; later calls fail with `aborted-before-sending`. */
  close(): void;
}

export interface StreamingHttpClient extends HttpClient {
  /**
   * The same for an answer too long to be held: resolves with its head, hands its body out piece by piece.
   * @throws OutgoingError here, and while the body is read
   */
  requestStream(request: StreamingRequest): Promise<StreamingResponse>;
}

export interface HttpClientOptions {
  /** `true` switches the address check off. */
  readonly allowPrivateAddresses: boolean;
  /** Milliseconds for DNS, TCP and TLS together; 5000 unless told. */
  readonly connectTimeoutMs?: number;
  /** Connections to one host at the same time, 64 unless told; a call beyond them waits, inside its own timeout. */
  readonly maxSocketsPerHost?: number;
  readonly lookup?: LookupAll;
  /** PEM of the authorities to trust in place of Node's own list. */
  readonly ca?: string;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5000;

const AGENT_OPTIONS = {
  keepAlive: true,
  // Bounds what one destination can take; a call beyond it waits, inside its own timeout.
  maxSockets: 64,
  maxFreeSockets: 16,
  // Idle time in ms. Below the 5 s after which common servers hang up: a request on a connection that the other side
  // is just closing ends in doubt, though nobody did anything wrong.
  timeout: 4000,
  // Node gives up an address after 250 ms when the name has several; far destinations need longer than that.
  autoSelectFamilyAttemptTimeout: 1000,
};

/** One client owns its connections: `close()` it when its owner stops. */
export function createHttpClient(options: HttpClientOptions): StreamingHttpClient {
  const isAllowed = options.allowPrivateAddresses ? () => true : isPublicAddress;
  const lookup = guardedLookup(options.lookup ?? systemLookup, isAllowed);
  const connectTimeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
  const maxSockets = options.maxSocketsPerHost ?? AGENT_OPTIONS.maxSockets;
  const plain = new HttpAgent({ ...AGENT_OPTIONS, maxSockets, lookup });
  // `rejectUnauthorized` is spelled out because an environment variable could otherwise switch certificates off.
  const secure = new HttpsAgent({ ...AGENT_OPTIONS, maxSockets, lookup, ca: options.ca, rejectUnauthorized: true });
  const closing = new AbortController();

  return {
    async request(request) {
      assertCallable(request.url, isAllowed);
      const agent = request.url.protocol === 'https:' ? secure : plain;
      return exchange(request, { agent, connectTimeoutMs, closing: closing.signal });
    },
    async requestStream(request) {
      assertCallable(request.url, isAllowed);
      const agent = request.url.protocol === 'https:' ? secure : plain;
      return exchangeStream(request, { agent, connectTimeoutMs, closing: closing.signal });
    },
    close() {
      closing.abort();
      plain.destroy();
      secure.destroy();
    },
  };
}

function assertCallable(url: URL, isAllowed: (ip: string) => boolean): void {
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isHttp || url.username !== '' || url.password !== '') throw new OutgoingError('bad-url', url.host);
  // Node asks no lookup for an IP literal. The URL parser has already turned octal, hex and decimal forms into one.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isAllowed(literal)) throw new OutgoingError('address-refused', url.host);
}
