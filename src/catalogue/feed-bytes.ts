import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FeedFailure } from './feed-failure.ts';

export interface FeedByteLimits {
  /** Bytes as they arrive. */
  maxBytes: number;
  /** Bytes after inflating: a few kilobytes of gzip can stand for gigabytes. */
  maxInflatedBytes: number;
}

export interface OpenedBytes {
  /** The first bytes, inflated; for guessing. */
  head: Buffer;
  /** All of them, the first ones included. */
  bytes: AsyncIterable<Uint8Array>;
}

/** Enough for an XML declaration, a CSV header and the first items. */
const HEAD_BYTES = 64 * 1024;

/**
 * Counts, limits and, where the bytes say so themselves, inflates. Servers send gzip with and without announcing it, so
 * only the magic bytes are believed.
 * @param onBytes told the number of bytes that arrived, as they arrive
 * @throws FeedFailure while opening and while reading: too-large, truncated, broken
 */
export async function openFeedBytes(
  source: AsyncIterable<Uint8Array>,
  limits: FeedByteLimits,
  onBytes: (count: number) => void,
): Promise<OpenedBytes> {
  const arrived = await peek(limited(source, limits.maxBytes, onBytes), 2);
  if (!(arrived.head[0] === 0x1f && arrived.head[1] === 0x8b)) return peek(arrived.bytes, HEAD_BYTES);
  return peek(
    limited(inflated(arrived.bytes), limits.maxInflatedBytes, () => undefined),
    HEAD_BYTES,
  );
}

async function* limited(source: AsyncIterable<Uint8Array>, max: number, onBytes: (count: number) => void) {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > max) throw new FeedFailure('too-large', `More than ${Math.floor(max / 1024 / 1024)} MiB.`);
    onBytes(chunk.length);
    yield chunk;
  }
}

async function* inflated(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // An error of the source destroys `gunzip`, and so reaches whoever reads it.
  pipeline(Readable.from(source, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'Z_BUF_ERROR') throw new FeedFailure('truncated', 'The gzip data is incomplete.', { cause: error });
    if (code.startsWith('Z_')) throw new FeedFailure('broken', 'The gzip data is damaged.', { cause: error });
    throw error;
  }
}

async function peek(source: AsyncIterable<Uint8Array>, size: number): Promise<OpenedBytes> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let held = 0;
  while (held < size) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    held += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks.splice(0);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(chunks), bytes: all() };
}
