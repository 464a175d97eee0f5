import { setMaxListeners } from 'node:events';
import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { OutgoingRequest, OutgoingResponse } from './outgoing-request.ts';
import { OutgoingError, type OutgoingErrorCode } from './outgoing-error.ts';

export interface Line {
  readonly agent: Agent;
  readonly connectTimeoutMs: number;
  readonly closing: AbortSignal;
}

export type Progress = 'connecting' | 'securing' | 'sent';

const DEFAULT_MAX_BODY_BYTES = 5 * 1024 * 1024;
const CONNECT_TIMEOUT_CODES = new Set(['ETIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

// Set by a caller, these would contradict what the client does with the connection, or ask for an answer it cannot read.
const OWN_HEADERS = new Set(
  (
    'accept-encoding connection content-length expect host keep-alive ' +
    'proxy-connection te trailer transfer-encoding upgrade'
  ).split(' '),
);

/**
 * One request and its answer on a connection of `line.agent`.
 *
 * On failure we must know, not guess, whether a byte left. So nothing is handed to the connection while it is being
 * made: `req.end` is the first write, it runs once the connection stands (for TLS: once the certificate is accepted),
 * and from that line on every failure is in doubt.
 *
 * @throws OutgoingError
 */
export function exchange(request: OutgoingRequest, line: Line): Promise<OutgoingResponse> {
  const target = request.url.host;
  const signals = request.signal ? [request.signal, line.closing] : [line.closing];
  if (signals.some((signal) => signal.aborted)) {
    return Promise.reject(new OutgoingError('aborted-before-sending', target));
  }
  return new Promise((resolve, reject) => {
    const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
    const req = openRequest(request, body, line.agent);
    let progress: Progress = 'connecting';
    let connectTimer: NodeJS.Timeout | undefined;
    let settled = false;
    const beganAt = performance.now();

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(overallTimer);
      clearTimeout(connectTimer);
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (error: OutgoingError): void => {
      if (!settle()) return;
      req.destroy();
      reject(error);
    };
    const failWith = (code: OutgoingErrorCode): void => fail(new OutgoingError(code, target));
    const onAbort = (): void => failWith(progress === 'sent' ? 'aborted' : 'aborted-before-sending');
    const onError = (error: NodeJS.ErrnoException): void =>
      fail(error instanceof OutgoingError ? error : new OutgoingError(codeOf(error, progress), target, error.code));
    const send = (): void => {
      // After a freeze the connection is heard of before the timers: by then others may have taken the work over.
      if (performance.now() - beganAt >= request.timeoutMs) return failWith('connect-timeout');
      clearTimeout(connectTimer);
      progress = 'sent';
      req.end(body);
    };

    const overallTimer = setTimeout(
      () => failWith(progress === 'sent' ? 'timeout' : 'connect-timeout'),
      request.timeoutMs,
    );
    // One signal for hundreds of calls is normal use, not the leak that Node would warn of.
    setMaxListeners(0, ...signals);
    for (const signal of signals) signal.addEventListener('abort', onAbort);
    // Stays on for good: destroying a request reports one more error, which nobody else would catch.
    req.on('error', onError);
    req.once('socket', (socket) => {
      if (isEstablished(socket)) return send();
      connectTimer = setTimeout(() => failWith('connect-timeout'), line.connectTimeoutMs);
      if (socket instanceof TLSSocket) {
        if (socket.pending) socket.once('connect', () => (progress = 'securing'));
        else progress = 'securing';
        socket.once('secureConnect', send);
      } else {
        socket.once('connect', send);
      }
    });
    req.once('response', (response) => {
      response.on('error', onError);
      collectBody(response, request, failWith, (bytes) => {
        if (!settle()) return;
        // A server may answer without reading the whole request, and we may stop before the end of its answer; the
        // rest must not keep the connection busy.
        if (!req.writableFinished || !response.complete) req.destroy();
        resolve({ status: response.statusCode ?? 0, headers: flatHeaders(response), body: bytes });
      });
    });
  });
}

/** Makes the request without sending anything of it. Throws OutgoingError `bad-request`. */
export function openRequest(
  request: Pick<OutgoingRequest, 'method' | 'url' | 'headers'>,
  body: Buffer | undefined,
  agent: Agent,
): ClientRequest {
  const { method, url } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (Object.keys(headers).some((name) => OWN_HEADERS.has(name.toLowerCase()))) {
    throw new OutgoingError('bad-request', url.host);
  }
  if (body !== undefined) headers['content-length'] = String(body.length);
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  try {
    return open(url, { method, headers, agent });
  } catch (error) {
    // Node throws at once for what cannot be written, such as a line break in a header value.
    throw new OutgoingError('bad-request', url.host, (error as NodeJS.ErrnoException).code);
  }
}

/**
 * A socket that has failed is no longer connecting either, but still pending. `authorized` turns true only after the
 * handshake and the certificate check; the agent refuses anything less.
 */
export function isEstablished(socket: Socket): boolean {
  return !socket.pending && (!(socket instanceof TLSSocket) || socket.authorized);
}

export function codeOf(error: NodeJS.ErrnoException, progress: Progress): OutgoingErrorCode {
  const code = error.code ?? '';
  if (progress === 'sent') return code.startsWith('HPE_') ? 'bad-response' : 'cut';
  if (progress === 'securing') return 'tls-failed';
  return CONNECT_TIMEOUT_CODES.has(code) ? 'connect-timeout' : 'connect-refused';
}

function collectBody(
  response: IncomingMessage,
  { maxBodyBytes: maxBytes = DEFAULT_MAX_BODY_BYTES, overlongBody }: OutgoingRequest,
  fail: (code: OutgoingErrorCode) => void,
  done: (body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return void chunks.push(chunk);
    if (overlongBody !== 'cut') return fail('body-too-large');
    done(Buffer.concat([...chunks, chunk]).subarray(0, maxBytes));
  });
  response.once('end', () => (response.complete ? done(Buffer.concat(chunks)) : fail('cut')));
}

export function flatHeaders(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
