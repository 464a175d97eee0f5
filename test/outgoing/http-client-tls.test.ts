import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  closedPort,
  closeEverything,
  deferred,
  failureOf,
  startClient,
  startHttp,
  startHttps,
  startTcp,
} from './local-servers.ts';
import { selfSigned } from './self-signed.ts';

afterEach(closeEverything);

const identity = selfSigned('localhost');

function localhost(port: number): URL {
  return new URL(`https://localhost:${port}/`);
}

describe('TLS', () => {
  test('a trusted server is called, on a connection that is kept', async () => {
    const server = await startHttps(identity, (request, response) => void request.pipe(response));
    const client = startClient({ ca: identity.cert });
    for (const body of ['one', 'two', 'three']) {
      const call = client.request({ method: 'POST', url: localhost(server.port), body, timeoutMs: 5000 });
      expect((await call).body.toString()).toBe(body);
    }
    expect(server.sockets).toHaveLength(1);
  });

  test('a connection cut after the handshake is in doubt', async () => {
    const server = await startHttps(identity, (request) => request.socket.destroy());
    const client = startClient({ ca: identity.cert });
    const failure = await failureOf(client.request({ method: 'GET', url: localhost(server.port), timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'cut', phase: 'in-doubt' });
  });

  test('a certificate that nobody vouches for: nothing is sent', async () => {
    const requests: unknown[] = [];
    const server = await startHttps(identity, (request) => requests.push(request));
    const failure = await failureOf(
      startClient().request({ method: 'POST', url: localhost(server.port), timeoutMs: 5000 }),
    );
    expect(failure).toMatchObject({ code: 'tls-failed', phase: 'not-sent' });
    expect(requests).toEqual([]);
  });

  test('a certificate for another name: nothing is sent', async () => {
    const requests: unknown[] = [];
    const other = selfSigned('other.example');
    const server = await startHttps(other, (request) => requests.push(request));
    const client = startClient({ ca: other.cert });
    const failure = await failureOf(client.request({ method: 'POST', url: localhost(server.port), timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'tls-failed', phase: 'not-sent' });
    expect(requests).toEqual([]);
  });

  test('a port that speaks plain HTTP', async () => {
    const server = await startHttp((_request, response) => response.end());
    const failure = await failureOf(
      startClient().request({ method: 'GET', url: localhost(server.port), timeoutMs: 5000 }),
    );
    expect(failure).toMatchObject({ code: 'tls-failed', phase: 'not-sent' });
  });

  test.each(['end', 'resetAndDestroy'] as const)('a handshake cut by %s', async (cut) => {
    const server = await startTcp((socket) => void socket.once('data', () => socket[cut]()));
    const failure = await failureOf(
      startClient().request({ method: 'GET', url: localhost(server.port), timeoutMs: 5000 }),
    );
    expect(failure).toMatchObject({ code: 'tls-failed', phase: 'not-sent' });
  });

  test('a handshake that is never answered', async () => {
    const server = await startTcp(() => undefined);
    const client = startClient({ connectTimeoutMs: 100 });
    const failure = await failureOf(client.request({ method: 'GET', url: localhost(server.port), timeoutMs: 60_000 }));
    expect(failure).toMatchObject({ code: 'connect-timeout', phase: 'not-sent' });
  });

  test('a connection left by an aborted call in mid-handshake does not count as established', async () => {
    const later = deferred();
    const server = await startTcp((socket) => {
      socket.on('data', (bytes) => bytes.toString() === 'later' && later.resolve());
    });
    const client = startClient({
      lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const abort = new AbortController();
    const url = localhost(server.port);
    const first = client.request({ method: 'GET', url, timeoutMs: 5000, signal: abort.signal });
    abort.abort();
    expect((await failureOf(first)).code).toBe('aborted-before-sending');
    // Some versions of Node keep that connection, others drop it; a later one that is through shows that it had time.
    const probe = connect(server.port, '127.0.0.1', () => probe.write('later'));
    await later.promise;
    probe.destroy();

    const failure = await failureOf(client.request({ method: 'GET', url, timeoutMs: 200 }));

    expect(failure).toMatchObject({ code: 'connect-timeout', phase: 'not-sent' });
  });

  test('a closed port', async () => {
    const url = localhost(await closedPort());
    const failure = await failureOf(startClient().request({ method: 'GET', url, timeoutMs: 5000 }));
    expect(failure).toMatchObject({ code: 'connect-refused', phase: 'not-sent' });
  });
});
