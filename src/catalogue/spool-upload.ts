import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { HttpError } from '../http/errors.ts';
import { FeedFailure } from './feed-failure.ts';

export interface SpooledUpload {
  size: number;
  /** The first bytes, at most 16 KiB. */
  head(): Promise<Buffer>;
  read(): AsyncIterable<Uint8Array>;
  remove(): Promise<void>;
}

const HEAD_BYTES = 16 * 1024;
/** Read past the limit without being kept, so that the sender gets to see the 413. */
const DRAIN_FACTOR = 2;

/**
 * Writes a request's body to a temporary file: the sender's connection does not depend on how fast rows are written,
 * and an upload that is cut starts no import.
 * @throws HttpError body-too-large; FeedFailure truncated
 */
export async function spoolUpload(request: IncomingMessage, limit: number): Promise<SpooledUpload> {
  const tooLarge = (): HttpError =>
    new HttpError(
      'body-too-large',
      `A feed sent this way may have ${limit / 1024 / 1024} MiB. Compress it with gzip, or give its address instead.`,
    );
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit * DRAIN_FACTOR) throw tooLarge();

  const name = path.join(os.tmpdir(), `connector-upload-${randomUUID()}`);
  const remove = (): Promise<void> => rm(name, { force: true });
  // Feeds can hold people's data: nobody else on this machine may read it.
  const file = await open(name, 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit * DRAIN_FACTOR) break;
      if (size <= limit) await file.write(chunk);
    }
    if (size > limit) throw tooLarge();
  } catch (error) {
    await remove();
    if (error instanceof HttpError) throw error;
    throw new FeedFailure('truncated', 'The upload was cut.', { cause: error });
  } finally {
    await file.close();
  }
  return {
    size,
    remove,
    read: () => createReadStream(name),
    async head() {
      const chunks: Buffer[] = [];
      for await (const chunk of createReadStream(name, { end: HEAD_BYTES - 1 })) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}
