import { getEventListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { OutgoingRequest } from '../../src/outgoing/outgoing-request.ts';
import { closeEverything, deferred, failureOf, startClient, startHttp, type LocalServer } from './local-servers.ts';

afterEach(closeEverything);

interface Seen {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

async function startEcho(seen: Seen[]): Promise<LocalServer> {
  return startHttp((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.push({ method: request.method, path: request.url, headers: request.headers, body });
      response.end();
    });
  });
}

describe('answers', () => {
  test.each([200, 201, 204, 301, 302, 304, 307, 400, 401, 404, 409, 418, 422, 429, 500, 502, 503, 599])(
    'status %i resolves',
    async (status) => {
      const server = await startHttp((_request, response) => response.writeHead(status).end());
      const response = await startClient().request({ method: 'GET', url: server.url, timeoutMs: 5000 });
      expect(response.status).toBe(status);
    },
  );

  test('a redirect is handed back, not followed', async () => {
    const target = await startHttp((_request, response) => response.end());
    const server = await startHttp((_request, response) => {
      response.writeHead(302, { Location: target.url.href }).end();
    });

    const response = await startClient().request({ method: 'GET', url: server.url, timeoutMs: 5000 });

    expect(response).toMatchObject({ status: 302, headers: { location: target.url.href } });
    expect(target.sockets).toHaveLength(0);
  });

  test('headers have lower-case names and one value each, the body is raw bytes', async () => {
    const bytes = Buffer.from([0, 255, 10, 128]);
    const server = await startHttp((_request, response) => {
      response.setHeader('X-Mixed-Case', 'Value').setHeader('Set-Cookie', ['a=1', 'b=2']).end(bytes);
    });

    const response = await startClient().request({ method: 'GET', url: server.url, timeoutMs: 5000 });

    expect(response.headers).toMatchObject({ 'x-mixed-case': 'Value', 'set-cookie': 'a=1, b=2' });
    expect(response.body.equals(bytes)).toBe(true);
  });

  test('a body of exactly maxBodyBytes is accepted', async () => {
    const server = await startHttp((_request, response) => response.end('12345'));
    const response = await startClient().request({ method: 'GET', url: server.url, timeoutMs: 5000, maxBodyBytes: 5 });
    expect(response.body.toString()).toBe('12345');
  });
});

describe('requests', () => {
  test.each<[OutgoingRequest['method'], OutgoingRequest['body'], string | undefined]>([
    ['GET', undefined, undefined],
    ['DELETE', undefined, undefined],
    ['POST', undefined, '0'],
    ['PUT', '', '0'],
    ['POST', 'zażółć', '10'],
    ['PUT', Buffer.from('bytes'), '5'],
    ['DELETE', 'why', '3'],
  ])('%s with body %p is framed by its length in bytes', async (method, body, length) => {
    const seen: Seen[] = [];
    const server = await startEcho(seen);
    const url = new URL('/path?q=1', server.url);

    await startClient().request({ method, url, body, headers: { 'X-Own': 'yes' }, timeoutMs: 5000 });

    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method, path: '/path?q=1', body: body?.toString() ?? '' });
    expect(seen[0]?.headers).toMatchObject({ 'x-own': 'yes', host: url.host });
    expect(seen[0]?.headers['content-length']).toBe(length);
    expect(seen[0]?.headers).not.toHaveProperty('transfer-encoding');
    expect(seen[0]?.headers).not.toHaveProperty('accept-encoding');
  });

  test('a connection is used again', async () => {
    const server = await startEcho([]);
    const client = startClient();
    for (let call = 0; call < 5; call++) await client.request({ method: 'GET', url: server.url, timeoutMs: 5000 });
    expect(server.sockets).toHaveLength(1);
  });

  test('a connection that the server closed while idle is replaced', async () => {
    const server = await startEcho([]);
    const client = startClient();
    await client.request({ method: 'GET', url: server.url, timeoutMs: 5000 });

    const closed = deferred();
    server.sockets[0]?.once('close', () => closed.resolve());
    server.sockets[0]?.end();
    await closed.promise;

    expect((await client.request({ method: 'GET', url: server.url, timeoutMs: 5000 })).status).toBe(200);
    expect(server.sockets).toHaveLength(2);
  });

  test('one signal may serve any number of calls, and is let go of afterwards', async () => {
    const server = await startEcho([]);
    const client = startClient();
    const { signal: shared } = new AbortController();
    const call = () => client.request({ method: 'GET', url: server.url, timeoutMs: 5000, signal: shared });

    await Promise.all(Array.from({ length: 30 }, call));

    expect(getEventListeners(shared, 'abort')).toHaveLength(0);
  });

  test('a call beyond 64 connections waits, and fails as not sent when its time is over', async () => {
    const release = deferred();
    const server = await startHttp((_request, response) => void release.promise.then(() => response.end()));
    const client = startClient();
    const call = (timeoutMs: number) => client.request({ method: 'GET', url: server.url, timeoutMs });

    const first = Array.from({ length: 64 }, () => call(10_000));
    expect(await failureOf(call(300))).toMatchObject({ code: 'connect-timeout', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(64);
    const late = call(10_000);
    release.resolve();

    const statuses = (await Promise.all([...first, late])).map(({ status }) => status);
    expect(statuses).toEqual(Array<number>(65).fill(200));
    expect(server.sockets).toHaveLength(64);
  });

  test.each([
    'ftp://shop.example/',
    'file:///etc/passwd',
    'data:,x',
    'http://user@shop.example/',
    'https://:pw@a.example/',
  ])('%s is a bad URL', async (url) => {
    const call = startClient().request({ method: 'GET', url: new URL(url), timeoutMs: 5000 });
    expect(await failureOf(call)).toMatchObject({ code: 'bad-url', phase: 'not-sent' });
  });

  test.each<[string, string]>([
    ['authorization', 'Bearer a\r\nX-Smuggled: b'],
    ['bad name', 'x'],
    ['Accept-Encoding', 'gzip'],
    ['Content-Length', '1'],
    ['transfer-encoding', 'chunked'],
    ['Host', 'other.example'],
  ])('header %s: %p cannot be sent', async (name, value) => {
    const server = await startEcho([]);
    const call = startClient().request({ method: 'GET', url: server.url, headers: { [name]: value }, timeoutMs: 5000 });
    expect(await failureOf(call)).toMatchObject({ code: 'bad-request', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(0);
  });
});
