import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { LookupAll } from '../../src/outgoing/address-guard.ts';
import { closedPort, closeEverything, deferred, failureOf, startClient, startHttp, startTcp } from './local-servers.ts';

afterEach(closeEverything);

const silentLookup: LookupAll = () => undefined;
const failingLookup: LookupAll = (_hostname, _options, callback) =>
  callback(Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }), []);

describe('proven not sent', () => {
  test('a closed port', async () => {
    const url = new URL(`http://127.0.0.1:${await closedPort()}/`);
    const failure = await failureOf(startClient().request({ method: 'POST', url, body: 'x', timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'connect-refused', phase: 'not-sent' });
  });

  test('an address that the system refuses at once, before the connection is even under way', async () => {
    const url = new URL('http://255.255.255.255/');
    const failure = await failureOf(startClient().request({ method: 'POST', url, body: 'x', timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'connect-refused', phase: 'not-sent' });
  });

  test('a name that does not resolve', async () => {
    const client = startClient({ lookup: failingLookup });
    const url = new URL('http://shop.example/');
    const failure = await failureOf(client.request({ method: 'GET', url, timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'dns-failed', phase: 'not-sent' });
  });

  test.each([
    ['connectTimeoutMs', 50, 60_000],
    ['timeoutMs', 60_000, 50],
  ])('no connection within %s', async (_which, connectTimeoutMs, timeoutMs) => {
    const client = startClient({ lookup: silentLookup, connectTimeoutMs });
    const failure = await failureOf(client.request({ method: 'GET', url: new URL('http://shop.example/'), timeoutMs }));
    expect(failure).toMatchObject({ code: 'connect-timeout', phase: 'not-sent' });
  });

  test('a signal that was aborted before the call', async () => {
    const server = await startHttp((_request, response) => response.end());
    const call = startClient().request({
      method: 'GET',
      url: server.url,
      timeoutMs: 5000,
      signal: AbortSignal.abort(),
    });
    expect(await failureOf(call)).toMatchObject({ code: 'aborted-before-sending', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(0);
  });

  test('a signal that aborts in the tick of the call', async () => {
    const bytes: Buffer[] = [];
    const server = await startTcp((socket) => void socket.on('data', (chunk) => bytes.push(chunk)));
    const abort = new AbortController();
    const client = startClient();
    const call = client.request({ method: 'GET', url: server.url, timeoutMs: 5000, signal: abort.signal });
    abort.abort();
    expect(await failureOf(call)).toMatchObject({ code: 'aborted-before-sending', phase: 'not-sent' });
    expect(bytes).toEqual([]);
  });

  test('a signal that aborts while connecting', async () => {
    const abort = new AbortController();
    const client = startClient({ lookup: () => void setImmediate(() => abort.abort()) });
    const url = new URL('http://shop.example/');
    const call = client.request({ method: 'GET', url, timeoutMs: 5000, signal: abort.signal });
    expect(await failureOf(call)).toMatchObject({ code: 'aborted-before-sending', phase: 'not-sent' });
  });

  test('a closed client', async () => {
    const server = await startHttp((_request, response) => response.end());
    const client = startClient();
    client.close();
    const failure = await failureOf(client.request({ method: 'GET', url: server.url, timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'aborted-before-sending', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(0);
  });
});

describe('in doubt', () => {
  test('the connect timeout ends with the connection, not with the answer', async () => {
    const server = await startHttp(() => undefined);
    const client = startClient({ connectTimeoutMs: 200 });
    const failure = await failureOf(client.request({ method: 'GET', url: server.url, timeoutMs: 500 }));
    expect(failure).toMatchObject({ code: 'timeout', phase: 'in-doubt' });
  });

  test('no answer in time', async () => {
    const arrived = deferred<string | undefined>();
    const server = await startHttp((request) => arrived.resolve(request.url));
    const failure = await failureOf(startClient().request({ method: 'POST', url: server.url, timeoutMs: 300 }));
    expect(await arrived.promise).toBe('/');
    expect(failure).toMatchObject({ code: 'timeout', phase: 'in-doubt' });
  });

  test('an answer that does not end in time', async () => {
    const server = await startHttp((_request, response) => void response.writeHead(200).write('half'));
    const failure = await failureOf(startClient().request({ method: 'GET', url: server.url, timeoutMs: 300 }));
    expect(failure).toMatchObject({ code: 'timeout', phase: 'in-doubt' });
  });

  test.each<[string, string]>([
    ['before any answer', ''],
    ['in the headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['in a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['in a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('the connection ends %s', async (_where, answer) => {
    for (const finish of ['end', 'reset'] as const) {
      const server = await startTcp((socket) => {
        socket.once('data', () => {
          socket.write(answer, () => (finish === 'end' ? socket.end() : socket.resetAndDestroy()));
        });
      });
      const call = startClient().request({ method: 'POST', url: server.url, body: 'x', timeoutMs: 5000 });
      expect(await failureOf(call)).toMatchObject({ code: 'cut', phase: 'in-doubt' });
    }
  });

  test('the connection is cut while a long body is still going out', async () => {
    const server = await startTcp((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    const body = Buffer.alloc(16 * 1024 * 1024);
    const failure = await failureOf(startClient().request({ method: 'PUT', url: server.url, body, timeoutMs: 10_000 }));
    expect(failure).toMatchObject({ code: 'cut', phase: 'in-doubt' });
  });

  test.each(['when the second request comes', 'just before the second request'])(
    'a kept connection is cut %s',
    async (when) => {
      const server = await startHttp((request, response) => {
        if (request.url === '/second') request.socket.resetAndDestroy();
        else response.end();
      });
      const client = startClient();
      await client.request({ method: 'GET', url: server.url, timeoutMs: 5000 });

      // In one tick with the call, so that the client cannot have heard of it.
      if (when.startsWith('just before')) server.sockets[0]?.resetAndDestroy();
      const url = new URL('/second', server.url);
      const failure = await failureOf(client.request({ method: 'POST', url, body: 'x', timeoutMs: 5000 }));

      expect(failure).toMatchObject({ code: 'cut', phase: 'in-doubt' });
      expect(server.sockets).toHaveLength(1);
    },
  );

  test('the body is larger than allowed', async () => {
    const server = await startHttp((_request, response) => {
      const more = (): void => void response.write(Buffer.alloc(65_536), more);
      more();
    });
    const client = startClient();
    for (const maxBodyBytes of [0, 100_000, undefined]) {
      const call = client.request({ method: 'GET', url: server.url, timeoutMs: 10_000, maxBodyBytes });
      expect(await failureOf(call)).toMatchObject({ code: 'body-too-large', phase: 'in-doubt' });
    }
  });

  test.each([
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/1.1 two hundred\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n',
  ])('the answer %p is not HTTP', async (answer) => {
    const server = await startTcp((socket) => void socket.once('data', () => socket.write(answer)));
    const failure = await failureOf(startClient().request({ method: 'GET', url: server.url, timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'bad-response', phase: 'in-doubt' });
  });

  test.each(['signal', 'close'])('the call is given up under way by %s', async (by) => {
    const abort = new AbortController();
    const client = startClient();
    const server = await startHttp(() => (by === 'signal' ? abort.abort() : client.close()));
    const call = client.request({ method: 'GET', url: server.url, timeoutMs: 5000, signal: abort.signal });
    expect(await failureOf(call)).toMatchObject({ code: 'aborted', phase: 'in-doubt' });
  });
});

describe('messages', () => {
  const secrets = { query: 'query-canary', header: 'header-canary', body: 'body-canary', answer: 'answer-canary' };

  test('say where and what to do, and hold nothing of query, headers, body or answer', async () => {
    const garbage = await startTcp((socket) => void socket.once('data', () => socket.write(secrets.answer)));
    const cut = await startTcp((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    const silent = await startHttp(() => undefined);
    const long = await startHttp((_request, response) => response.end(secrets.answer));
    const refused = `http://127.0.0.1:${await closedPort()}`;
    const bases = [garbage.url, cut.url, silent.url, long.url, refused, 'ftp://shop.example', 'http://shop.example'];

    for (const base of bases) {
      const url = new URL(`/path-canary?token=${secrets.query}`, base);
      const headers = { authorization: secrets.header };
      const client = startClient({ lookup: failingLookup });
      const failure = await failureOf(
        client.request({ method: 'POST', url, headers, body: secrets.body, timeoutMs: 300, maxBodyBytes: 3 }),
      );

      expect(failure.message.startsWith(url.hostname)).toBe(true);
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/canary/);
    }
  });

  test('a password in a URL and a header that cannot be sent are not repeated', async () => {
    const client = startClient();
    const withPassword = new URL('http://user-canary:pass-canary@shop.example/');
    const first = await failureOf(client.request({ method: 'GET', url: withPassword, timeoutMs: 5000 }));
    const headers = { authorization: 'header-canary\n' };
    const url = new URL('http://shop.example/');
    const second = await failureOf(client.request({ method: 'GET', url, headers, timeoutMs: 5000 }));

    for (const failure of [first, second]) {
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/canary/);
    }
  });
});
