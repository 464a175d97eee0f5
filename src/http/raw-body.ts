import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { crashPoint } from '../observability/crash-point.ts';
import { HttpError } from './errors.ts';

/** How far past the limit we still read (and drop) a body, so that its sender gets to see the 413. */
const DRAIN_FACTOR = 32;
const BODY_TIMEOUT_MS = 30_000;

/**
 * Reads the body's bytes exactly as they are on the wire: a signature covers those, so nothing is inflated or decoded.
 * A longer one is read to its end without being kept, then refused with 413; one much longer is cut off, and one that
 * is not there after `timeoutMs` is refused with 408. `limit` in bytes.
 */
export function readRawBody(request: IncomingMessage, limit: number, timeoutMs = BODY_TIMEOUT_MS): Promise<Buffer> {
  return new Promise((settle, fail) => {
    const late = setTimeout(() => stop(tooLate(timeoutMs)), timeoutMs);
    const resolve = (body: Buffer): void => {
      clearTimeout(late);
      settle(body);
    };
    const reject = (error: HttpError): void => {
      clearTimeout(late);
      fail(error);
    };
    /** Reads no further: what is still to come is nobody's. */
    const stop = (error: HttpError): void => {
      request.removeAllListeners('data');
      request.pause();
      reject(error);
    };
    const tooLarge = (): HttpError =>
      new HttpError('body-too-large', `The body is over the limit of ${limit} bytes. Send a smaller one.`);
    if (Number(request.headers['content-length'] ?? 0) > limit * DRAIN_FACTOR) return reject(tooLarge());

    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      crashPoint('K1');
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limit * DRAIN_FACTOR) stop(tooLarge());
    });
    request.once('end', () => (size > limit ? reject(tooLarge()) : resolve(Buffer.concat(chunks))));
    // Half a body and then nothing: the connection is gone, nobody hears the answer.
    const cut = (): void => reject(new HttpError('invalid-json', 'The body ended before its announced length.'));
    request.once('error', cut);
    request.once('close', () => {
      if (!request.complete) cut();
    });
  });
}

const tooLate = (timeoutMs: number): HttpError =>
  new HttpError('request-timeout', `The body did not arrive within ${timeoutMs} ms. Send it again.`);

/** A request that announces no body has none (RFC 9112, 6.3). */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** Fills `request.rawBody`. `limit` in bytes. */
export function captureRawBody(limit: number, timeoutMs?: number): RequestHandler {
  return async (request, response, next) => {
    if (!hasBody(request)) return next();
    try {
      request.rawBody = await readRawBody(request, limit, timeoutMs);
    } catch (error) {
      // What was left unread would be taken for the next request on this connection.
      if (!request.complete) response.set('Connection', 'close');
      throw error;
    }
    next();
  };
}
