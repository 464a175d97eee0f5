import type { LookupAddress } from 'node:dns';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { LookupAll } from '../../src/outgoing/address-guard.ts';
import { closeEverything, failureOf, startClient, startHttp } from './local-servers.ts';

afterEach(closeEverything);

const loopback: LookupAddress = { address: '127.0.0.1', family: 4 };
const publicAddress: LookupAddress = { address: '8.8.8.8', family: 4 };
// Inside the public IPv6 space but given to nobody: the guard lets it pass and no stranger is called.
const unassigned: LookupAddress = { address: '3000::1', family: 6 };

function answering(...answers: LookupAddress[][]): LookupAll {
  return (_hostname, _options, callback) => callback(null, answers.shift() ?? []);
}

describe('private addresses refused', () => {
  test.each([
    ...['127.0.0.1', 'localhost', '0x7f000001', '0x7f.1', '2130706433', '017700000001', '0177.0.0.1', '127.1'],
    ...['[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]'],
    ...['0.0.0.0', '[::]', '%31%32%37.0.0.1', '１２７.0.0.1', '169.254.169.254', '10.0.0.1'],
  ])('http://%s', async (host) => {
    const server = await startHttp((_request, response) => response.end());
    const client = startClient({ allowPrivateAddresses: false });
    const url = new URL(`http://${host}:${server.port}/`);

    const failure = await failureOf(client.request({ method: 'GET', url, timeoutMs: 5000 }));

    expect(failure).toMatchObject({ code: 'address-refused', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(0);
  });

  test.each([
    ['private', [loopback]],
    ['public and private', [publicAddress, loopback]],
    ['private and public', [loopback, publicAddress]],
  ])('a name that resolves to %s', async (_what, addresses) => {
    const server = await startHttp((_request, response) => response.end());
    const client = startClient({ allowPrivateAddresses: false, lookup: answering(addresses, addresses) });

    for (const protocol of ['http:', 'https:']) {
      const url = new URL(`${protocol}//shop.example:${server.port}/`);
      const failure = await failureOf(client.request({ method: 'GET', url, timeoutMs: 5000 }));
      expect(failure).toMatchObject({ code: 'address-refused', phase: 'not-sent' });
    }
    expect(server.sockets).toHaveLength(0);
  });

  test('a name that is public on the first call and private on the second', async () => {
    const server = await startHttp((_request, response) => response.end());
    const client = startClient({
      allowPrivateAddresses: false,
      connectTimeoutMs: 100,
      lookup: answering([unassigned], [loopback]),
    });
    const url = new URL(`http://rebind.example:${server.port}/`);

    const first = await failureOf(client.request({ method: 'GET', url, timeoutMs: 5000 }));
    const second = await failureOf(client.request({ method: 'GET', url, timeoutMs: 5000 }));

    expect(['connect-refused', 'connect-timeout']).toContain(first.code);
    expect(second).toMatchObject({ code: 'address-refused', phase: 'not-sent' });
    expect(server.sockets).toHaveLength(0);
  });
});

describe('private addresses allowed', () => {
  test.each(['127.0.0.1', '0x7f000001', '2130706433', '0177.0.0.1', 'shop.example'])('http://%s', async (host) => {
    const server = await startHttp((_request, response) => response.end('here'));
    const client = startClient({ allowPrivateAddresses: true, lookup: answering([loopback]) });
    const url = new URL(`http://${host}:${server.port}/`);

    const response = await client.request({ method: 'GET', url, timeoutMs: 5000 });

    expect(response.body.toString()).toBe('here');
  });

  test('the system resolver is used when none is given', async () => {
    const server = await startHttp((_request, response) => response.end('here'));
    const client = startClient({ allowPrivateAddresses: true });
    const url = new URL(`http://localhost:${server.port}/`);

    expect((await client.request({ method: 'GET', url, timeoutMs: 5000 })).status).toBe(200);
  });
});
