import { afterEach, describe, expect, test } from '@jest/globals';
import type { StreamingRequest, StreamingResponse } from '../../src/outgoing/exchange-stream.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { closedPort, closeEverything, deferred, failureOf, startHttp, startTcp } from './local-servers.ts';

const client = createHttpClient({ allowPrivateAddresses: true });
afterEach(closeEverything);

const LIMITS = { timeoutMs: 5_000, idleTimeoutMs: 2_000, maxBodyBytes: 1_000 };
const requestOf = (url: URL, changes: Partial<StreamingRequest> = {}): StreamingRequest => ({
  method: 'GET',
  url,
  ...LIMITS,
  ...changes,
});

async function bodyOf({ body }: StreamingResponse): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a streamed answer', () => {
  test('has its head before its body has ended', async () => {
    const goOn = deferred();
    const server = await startHttp((_request, response) => {
      response.setHeader('ETag', '"1"').write('first ');
      void goOn.promise.then(() => response.end('last'));
    });
    const response = await client.requestStream(requestOf(server.url));
    expect(response).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    goOn.resolve();
    expect(await bodyOf(response)).toBe('first last');
  });

  test('sends headers; statuses and redirects are handed back', async () => {
    const server = await startHttp((request, response) => {
      response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 302, { location: '/x' }).end();
    });
    const unchanged = await client.requestStream(requestOf(server.url, { headers: { 'if-none-match': '"1"' } }));
    expect([unchanged.status, await bodyOf(unchanged)]).toEqual([304, '']);
    const moved = await client.requestStream(requestOf(server.url));
    moved.discard();
    expect(moved.status).toBe(302);
  });

  test('that was discarded ends its connection', async () => {
    const closed = deferred();
    const server = await startHttp((_request, response) => {
      response.on('close', () => closed.resolve());
      response.write('more to come');
    });
    (await client.requestStream(requestOf(server.url))).discard();
    await closed.promise;
  });

  test('whose reader stops early ends its connection', async () => {
    const closed = deferred();
    const server = await startHttp((_request, response) => {
      response.on('close', () => closed.resolve());
      response.write('more to come');
    });
    const { body } = await client.requestStream(requestOf(server.url));
    for await (const chunk of body) {
      expect(chunk.toString()).toBe('more to come');
      break;
    }
    await closed.promise;
  });
});

describe('a failure while the body is read', () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf';
  const streamed = async (changes: Partial<StreamingRequest>, answer: string, end: boolean) => {
    const server = await startTcp((socket) => {
      socket.once('data', () => (end ? socket.end(answer) : socket.write(answer)));
    });
    return client.requestStream(requestOf(server.url, changes));
  };

  test.each<[string, Partial<StreamingRequest>, string, boolean, string]>([
    ['the connection is cut', {}, half, true, 'cut'],
    ['silence', { idleTimeoutMs: 50 }, half, false, 'timeout'],
    ['too long altogether', { timeoutMs: 100 }, half, false, 'timeout'],
    ['too many bytes', { maxBodyBytes: 3 }, half, false, 'body-too-large'],
    ['bad framing', {}, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', false, 'bad-response'],
  ])('%s', async (_what, changes, answer, end, code) => {
    const read = streamed(changes, answer, end).then(bodyOf);
    expect(await failureOf(read)).toMatchObject({ code, phase: 'in-doubt' });
  });

  test('the caller gives up', async () => {
    const giveUp = new AbortController();
    const response = await streamed({ signal: giveUp.signal }, half, false);
    giveUp.abort();
    expect(await failureOf(bodyOf(response))).toMatchObject({ code: 'aborted' });
  });

  test('a reader that takes its time is no silence', async () => {
    const server = await startHttp((_request, response) => response.end('all of it'));
    const response = await client.requestStream(requestOf(server.url, { idleTimeoutMs: 40 }));
    const late = deferred();
    setTimeout(late.resolve, 120);
    await late.promise;
    expect(await bodyOf(response)).toBe('all of it');
  });
});

describe('no answer at all', () => {
  test('nobody listens', async () => {
    const url = new URL(`http://127.0.0.1:${await closedPort()}/`);
    expect(await failureOf(client.requestStream(requestOf(url)))).toMatchObject({ code: 'connect-refused' });
  });

  test('silence after the request', async () => {
    const server = await startTcp(() => undefined);
    const call = client.requestStream(requestOf(server.url, { idleTimeoutMs: 50 }));
    expect(await failureOf(call)).toMatchObject({ code: 'timeout', phase: 'in-doubt' });
  });

  test('a private address', async () => {
    const server = await startHttp((_request, response) => response.end());
    const guarded = createHttpClient({ allowPrivateAddresses: false });
    const failure = await failureOf(guarded.requestStream(requestOf(server.url)));
    expect(failure).toBeInstanceOf(OutgoingError);
    expect(failure).toMatchObject({ code: 'address-refused', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(0);
  });

  test('given up before it began', async () => {
    const server = await startHttp((_request, response) => response.end());
    const call = client.requestStream(requestOf(server.url, { signal: AbortSignal.abort() }));
    expect(await failureOf(call)).toMatchObject({ code: 'aborted-before-sending' });
  });
});
