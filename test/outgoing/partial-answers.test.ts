import { afterEach, expect, test } from '@jest/globals';
import { withDeadline } from '../../src/outgoing/deadline-client.ts';
import { closeEverything, failureOf, startClient, startHttp } from './local-servers.ts';

afterEach(closeEverything);

test('A longer answer is cut where it was asked to be, and its connection given up', async () => {
  let given = 0;
  const server = await startHttp((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(1_000))) given += 1_000;
    };
    response.on('drain', more);
    more();
  });
  const client = startClient();
  const limits = { timeoutMs: 5_000, maxBodyBytes: 1_500, overlongBody: 'cut' } as const;
  const { status, body } = await client.request({ method: 'GET', url: server.url, ...limits });
  expect({ status, length: body.length }).toEqual({ status: 200, length: 1_500 });
  await new Promise((resolve) =>
    server.sockets[0]?.destroyed ? resolve(0) : server.sockets[0]?.once('close', resolve),
  );
  expect(given).toBeGreaterThan(0);
});

test('A shorter answer is whole, and its connection used again', async () => {
  const server = await startHttp((_request, response) => response.end('short'));
  const client = startClient();
  const limits = { timeoutMs: 5_000, maxBodyBytes: 1_500, overlongBody: 'cut' } as const;
  for (let call = 0; call < 2; call += 1) {
    const { body } = await client.request({ method: 'GET', url: server.url, ...limits });
    expect(body.toString()).toBe('short');
  }
  expect(server.sockets).toHaveLength(1);
});

test('A deadline ends every call, and leaves a call its own shorter time', async () => {
  const server = await startHttp(() => undefined);
  const client = startClient();
  const startedAt = performance.now();
  const bounded = withDeadline(client, startedAt + 100);
  const late = await failureOf(bounded.request({ method: 'GET', url: server.url, timeoutMs: 60_000 }));
  expect(late.code).toBe('timeout');
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  const soon = withDeadline(client, performance.now() + 60_000);
  expect((await failureOf(soon.request({ method: 'GET', url: server.url, timeoutMs: 50 }))).code).toBe('timeout');
});
