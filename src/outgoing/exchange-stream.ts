import { setMaxListeners } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { codeOf, flatHeaders, isEstablished, type Line, openRequest, type Progress } from './exchange.ts';
import { OutgoingError, type OutgoingErrorCode } from './outgoing-error.ts';
import type { OutgoingRequest } from './outgoing-request.ts';

export interface StreamingRequest extends Pick<OutgoingRequest, 'url' | 'headers' | 'signal'> {
  readonly method: 'GET';
  /** Milliseconds for everything, the reading of the body included. */
  readonly timeoutMs: number;
  /** Milliseconds the other side may be silent while something is awaited from it. */
  readonly idleTimeoutMs: number;
  /** Longest accepted body in bytes. */
  readonly maxBodyBytes: number;
}

export interface StreamingResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Once. Ends only when the body was complete; throws OutgoingError otherwise. */
  readonly body: AsyncIterable<Buffer>;
  /** Ends the call; what was not read is dropped. Harmless when it is over. */
  discard(): void;
}

/**
 * One request whose answer is handed out as it arrives. Nothing leaves before the connection stands, as in `exchange`.
 * @throws OutgoingError
 */
export function exchangeStream(request: StreamingRequest, line: Line): Promise<StreamingResponse> {
  const target = request.url.host;
  const signals = request.signal ? [request.signal, line.closing] : [line.closing];
  if (signals.some((signal) => signal.aborted)) {
    return Promise.reject(new OutgoingError('aborted-before-sending', target));
  }
  return new Promise((resolve, reject) => {
    const req = openRequest(request, undefined, line.agent);
    let progress: Progress = 'connecting';
    let failure: OutgoingError | undefined;

    const over = (): void => {
      clearTimeout(overallTimer);
      clearTimeout(connectTimer);
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: OutgoingError): void => {
      failure ??= error;
      over();
      req.destroy();
      // Too late for the promise once the head is there; then the body's reader is told.
      reject(failure);
    };
    const failWith = (code: OutgoingErrorCode): void => fail(new OutgoingError(code, target));
    const onAbort = (): void => failWith(progress === 'sent' ? 'aborted' : 'aborted-before-sending');
    const onError = (error: NodeJS.ErrnoException): void =>
      fail(error instanceof OutgoingError ? error : new OutgoingError(codeOf(error, progress), target, error.code));

    const overallTimer = setTimeout(
      () => failWith(progress === 'sent' ? 'timeout' : 'connect-timeout'),
      request.timeoutMs,
    );
    let connectTimer: NodeJS.Timeout | undefined;
    setMaxListeners(0, ...signals);
    for (const signal of signals) signal.addEventListener('abort', onAbort);
    req.on('error', onError);
    whenConnected(req, {
      onWait: () => (connectTimer = setTimeout(() => failWith('connect-timeout'), line.connectTimeoutMs)),
      onSecuring: () => (progress = 'securing'),
      onReady() {
        clearTimeout(connectTimer);
        progress = 'sent';
        req.end();
        connectTimer = setTimeout(() => failWith('timeout'), request.idleTimeoutMs);
      },
    });
    req.once('response', (response) => {
      clearTimeout(connectTimer);
      response.on('error', onError);
      const reading = { ...request, failWith, failure: () => failure };
      resolve({
        status: response.statusCode ?? 0,
        headers: flatHeaders(response),
        body: readBody(response, reading, over),
        discard() {
          over();
          if (!response.complete) req.destroy();
          else response.resume();
        },
      });
    });
  });
}

interface ConnectionSteps {
  onWait(): void;
  onSecuring(): void;
  onReady(): void;
}

function whenConnected(req: ClientRequest, { onWait, onSecuring, onReady }: ConnectionSteps): void {
  req.once('socket', (socket) => {
    if (isEstablished(socket)) return onReady();
    onWait();
    if (socket instanceof TLSSocket) {
      if (socket.pending) socket.once('connect', onSecuring);
      else onSecuring();
      socket.once('secureConnect', onReady);
    } else {
      socket.once('connect', onReady);
    }
  });
}

interface BodyReading {
  idleTimeoutMs: number;
  maxBodyBytes: number;
  failWith(code: OutgoingErrorCode): void;
  failure(): OutgoingError | undefined;
}

async function* readBody(response: IncomingMessage, reading: BodyReading, over: () => void): AsyncGenerator<Buffer> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let bytes = 0;
  try {
    for (;;) {
      // Runs only while we wait: a reader that takes its time is no fault of the other side.
      const idleTimer = setTimeout(() => reading.failWith('timeout'), reading.idleTimeoutMs);
      const next = await chunks.next().finally(() => clearTimeout(idleTimer));
      if (next.done === true) break;
      bytes += next.value.length;
      if (bytes > reading.maxBodyBytes) reading.failWith('body-too-large');
      const failure = reading.failure();
      if (failure) throw failure;
      yield next.value;
    }
    if (!response.complete) reading.failWith('cut');
  } catch (error) {
    const failure = reading.failure();
    if (failure) throw failure;
    if (!(error instanceof OutgoingError)) reading.failWith('cut');
  } finally {
    over();
    await chunks.return?.();
  }
  const failure = reading.failure();
  if (failure) throw failure;
}
