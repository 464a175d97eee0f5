import { createHash } from 'node:crypto';
import type { StreamingResponse } from '../outgoing/exchange-stream.ts';
import type { StreamingHttpClient } from '../outgoing/http-client.ts';
import { OutgoingError } from '../outgoing/outgoing-error.ts';
import { FeedFailure } from './feed-failure.ts';
import type { FeedValidators } from './feed-import-store.ts';
import type { FeedFormat } from './raw-item.ts';
import type { OpenedFeed } from './run-import.ts';

export interface FeedAddress {
  url: string;
  format?: FeedFormat | undefined;
  /** Bytes, as they arrive. */
  maxBytes: number;
  /** Milliseconds for the whole download, with the writing that goes on meanwhile. */
  timeoutMs: number;
  /** What the live import came with; without them the feed is fetched in any case. */
  known?: FeedValidators;
}

/** A server may be this long silent before it starts and between two pieces. */
const IDLE_TIMEOUT_MS = 60_000;
/** XML shrinks to a tenth or less; beyond this factor it is a bomb or nearly one. */
const MAX_INFLATION = 20;
/** Raised when items are read otherwise: feeds that did not change are then imported again. */
const READING_VERSION = 1;

/**
 * Fetches a feed, or learns that it is the live one still. Validators are kept with a mark of the address and the
 * format, since another address may well know the same date.
 * @throws FeedFailure redirected, refused-by-server, unreachable
 */
export async function fetchFeed(
  http: StreamingHttpClient,
  address: FeedAddress,
  signal: AbortSignal,
): Promise<OpenedFeed | 'unchanged'> {
  const mark = markOf(address);
  const response = await get(http, address, conditions(mark, address.known), signal);
  const { status, headers } = response;
  if (status !== 200) response.discard();
  if (status === 304) return 'unchanged';
  if (status >= 300 && status < 400) throw new FeedFailure('redirected', `HTTP ${status}.`);
  if (status !== 200) throw new FeedFailure('refused-by-server', `HTTP ${status}.`);
  return {
    bytes: withFeedFailures(response.body),
    contentType: headers['content-type'],
    format: address.format,
    validators: { etag: marked(mark, headers['etag']), lastModified: marked(mark, headers['last-modified']) },
    limits: { maxBytes: address.maxBytes, maxInflatedBytes: address.maxBytes * MAX_INFLATION },
    close: () => response.discard(),
  };
}

async function get(
  http: StreamingHttpClient,
  { url, maxBytes, timeoutMs }: FeedAddress,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<StreamingResponse> {
  const limits = { idleTimeoutMs: IDLE_TIMEOUT_MS, timeoutMs, maxBodyBytes: maxBytes };
  try {
    return await http.requestStream({ method: 'GET', url: new URL(url), headers, signal, ...limits });
  } catch (error) {
    throw toFeedFailure(error);
  }
}

async function* withFeedFailures(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw toFeedFailure(error);
  }
}

function toFeedFailure(error: unknown): unknown {
  if (!(error instanceof OutgoingError)) return error;
  const cause = { cause: error };
  if (error.code === 'aborted' || error.code === 'aborted-before-sending')
    return new FeedFailure('interrupted', undefined, cause);
  if (error.code === 'cut') return new FeedFailure('truncated', 'The connection was cut.', cause);
  if (error.code === 'timeout') return new FeedFailure('too-slow', undefined, cause);
  if (error.code === 'body-too-large') return new FeedFailure('too-large', undefined, cause);
  return new FeedFailure('unreachable', `${error.message}.`, cause);
}

const markOf = ({ url, format }: FeedAddress): string =>
  createHash('sha256')
    .update(`${READING_VERSION}\n${format ?? ''}\n${url}`)
    .digest('hex')
    .slice(0, 16);

const marked = (mark: string, value: string | undefined): string | undefined =>
  value === undefined || value === '' || value.length > 500 ? undefined : `${mark} ${value}`;

function conditions(mark: string, known: FeedValidators = {}): Record<string, string> {
  const value = (stored: string | undefined) =>
    stored?.startsWith(`${mark} `) === true ? stored.slice(mark.length + 1) : undefined;
  const [etag, lastModified] = [value(known.etag), value(known.lastModified)];
  return {
    accept: '*/*',
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}
