import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLedger, type Ledger } from './ledger.ts';
import { signBody } from './iadvize-signature.ts';
import { jsonObject } from './simulator-server.ts';

export interface SenderOptions {
  targetUrl: string;
  secret: string;
  /** The waits before the second and the third attempt; after the last one the event is given up. */
  retryDelaysMs?: readonly number[];
  timeoutMs?: number;
  ledgerFile?: string;
}

export interface SendOptions {
  contentType?: string;
  /** Replaces the signature header; null leaves it out. */
  signature?: string | null;
  correlationId?: string;
  /** One per attempt; attempts beyond the list get a fresh id. */
  deliveryIds?: readonly string[];
  headers?: Record<string, string>;
}

export interface SendAttempt {
  /** Null when no answer came: refused, cut or too late. */
  status: number | null;
  deliveryId: string;
}

export interface SendResult {
  eventId: string | null;
  correlationId: string;
  accepted: boolean;
  attempts: SendAttempt[];
}

/** One line per event that the receiver has taken over. */
export interface AcceptedEvent {
  eventId: string | null;
  eventType: string | null;
  correlationId: string;
  attempts: number;
}

export interface Sender {
  /** A string goes out byte for byte, an object as JSON. */
  send: (payload: object | string, options?: SendOptions) => Promise<SendResult>;
  ledger: Ledger<AcceptedEvent>;
  /** Gives up whatever is on its way or waiting for a retry. */
  close: () => void;
}

/** iAdvize gives an event up after these. */
export const PLATFORM_RETRY_DELAYS_MS = [10_000, 20_000];
const DEFAULT_TIMEOUT_MS = 10_000;

export function createSender({
  targetUrl,
  secret,
  retryDelaysMs = PLATFORM_RETRY_DELAYS_MS,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  ledgerFile,
}: SenderOptions): Sender {
  const ledger = createLedger<AcceptedEvent>(ledgerFile);
  const closing = new AbortController();
  // Every event on its way listens, and a thousand of them at once are no leak.
  setMaxListeners(0, closing.signal);

  const attempt = (bytes: Buffer, headers: Record<string, string>): Promise<number | null> =>
    post(targetUrl, bytes, { headers, timeoutMs, signal: closing.signal }).catch(() => null);

  return {
    ledger,
    async send(payload, { contentType = 'application/json', signature, correlationId = randomUUID(), ...rest } = {}) {
      const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      const { eventId, eventType } = identityOf(bytes);
      const signed = signature === undefined ? signBody(secret, bytes) : signature;
      const attempts: SendAttempt[] = [];

      for (const delayMs of [0, ...retryDelaysMs]) {
        if (delayMs > 0) await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
        if (closing.signal.aborted) break;
        const deliveryId = rest.deliveryIds?.[attempts.length] ?? randomUUID();
        const status = await attempt(bytes, {
          'Content-Type': contentType,
          'X-iAdvize-Delivery': deliveryId,
          'X-iAdvize-CorrelationId': correlationId,
          ...(signed !== null && { 'X-iAdvize-Signature': signed }),
          ...rest.headers,
        });
        attempts.push({ status, deliveryId });
        if (status !== null && status >= 200 && status < 210) {
          ledger.append({ eventId, eventType, correlationId, attempts: attempts.length });
          return { eventId, correlationId, accepted: true, attempts };
        }
        // Only an error is tried again: the platform documents nothing for a redirect.
        if (status !== null && status < 400) break;
      }
      return { eventId, correlationId, accepted: false, attempts };
    },
    close() {
      closing.abort();
      ledger.close();
    },
  };
}

interface PostOptions {
  headers: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignal;
}

/** A connection of its own per call: a pooled one, dead since the receiver was killed, would cost a false attempt. */
function post(url: string, bytes: Buffer, { headers, timeoutMs, signal }: PostOptions): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent: false, headers, signal }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? null));
      response.on('error', reject);
    });
    const timer = setTimeout(() => outgoing.destroy(new Error('No answer in time')), timeoutMs);
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

function identityOf(bytes: Buffer): Pick<AcceptedEvent, 'eventId' | 'eventType'> {
  const { eventId, eventType } = jsonObject(bytes) ?? {};
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return { eventId: text(eventId), eventType: text(eventType) };
}
