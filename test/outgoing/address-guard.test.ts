import type { LookupAddress } from 'node:dns';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { guardedLookup, isPublicAddress, type LookupAll } from '../../src/outgoing/address-guard.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';
import { closeEverything, deferred, startTcp } from './local-servers.ts';

afterEach(closeEverything);

describe('isPublicAddress', () => {
  test.each([
    ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255'],
    ...['192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255', '168.63.129.15'],
    ...['2606:4700:4700::1111', '2a00:1450:4001:80b::200e', '2001:4860:4860::8888', '2001:200::1', '2003::1'],
    ...['::ffff:8.8.8.8', '::ffff:808:808', '0:0:0:0:0:ffff:0808:0808', '64:ff9b::8.8.8.8', '2002:808:808::1'],
  ])('%s is public', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });

  test.each([
    ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.100.100.200', '100.127.255.255'],
    ...['127.0.0.0', '127.0.0.1', '127.255.255.255', '169.254.0.0', '169.254.169.254', '169.254.255.255'],
    ...['172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.192', '192.0.0.255', '192.0.2.0', '192.0.2.255'],
    ...['192.88.99.1', '192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255', '198.51.100.7'],
    ...['203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.0', '255.255.255.255', '168.63.129.16'],
  ])('IPv4 %s is refused', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });

  test.each([
    ...['::', '::1', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001', 'fc00::', 'fd00:ec2::254'],
    ...['fdff:ffff::1', 'fe80::1', 'febf::1', 'fe80::1%eth0', '2606:4700:4700::1111%eth0', 'fec0::1', 'feff::1'],
    ...['ff00::', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db8::1', '2001:db8:ffff::1', '3fff::1'],
    ...['100::1', '4000::1', '2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:2::1', '2001:10::1'],
  ])('IPv6 %s is refused', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });

  test.each([
    ...['::ffff:127.0.0.1', '::FFFF:10.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '0:0:0:0:0:ffff:c0a8:1'],
    ...['::127.0.0.1', '::8.8.8.8', '::808:808', '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::a00:1'],
    ...['64:ff9b:1::808:808', '64:ff9b:1:ffff::1', '2002:7f00:1::', '2002:a00:1::1', '2002:a9fe:a9fe::1'],
    ...['2002:c0a8:101:1:2:3:4:5', '::ffff:0:127.0.0.1'],
  ])('embedded IPv4 %s is refused', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });

  test.each(['', 'localhost', 'example.com', '8.8.8', '08.8.8.8', '0x8080808', '134744072', ' 8.8.8.8', '[2606::1]'])(
    'not an IP literal: %p is refused',
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );
});

const publicV4: LookupAddress = { address: '8.8.8.8', family: 4 };
const publicV6: LookupAddress = { address: '2606:4700:4700::1111', family: 6 };
const privateV4: LookupAddress = { address: '10.0.0.1', family: 4 };

function answering(...answers: LookupAddress[][]): LookupAll {
  return (_hostname, _options, callback) => callback(null, answers.shift() ?? []);
}

function resolve(lookup: LookupAll, all: boolean): Promise<unknown> {
  return new Promise((done) => {
    guardedLookup(lookup)('shop.example', { all }, (error, ...answer) => done(error ?? answer));
  });
}

describe('guardedLookup', () => {
  test('gives every address when all are asked for', async () => {
    expect(await resolve(answering([publicV4, publicV6]), true)).toEqual([[publicV4, publicV6]]);
  });

  test('gives the first address in the single form', async () => {
    expect(await resolve(answering([publicV6, publicV4]), false)).toEqual([publicV6.address, 6]);
  });

  test('always asks the resolver for all addresses and keeps the other options', async () => {
    const seen: unknown[] = [];
    const lookup: LookupAll = (_hostname, options, callback) => {
      seen.push(options);
      callback(null, [publicV4]);
    };
    await new Promise<void>((done) => guardedLookup(lookup)('shop.example', { family: 4 }, () => done()));
    expect(seen).toEqual([{ family: 4, all: true }]);
  });

  test.each([true, false])('refuses a name with one public and one private address (all: %p)', async (all) => {
    for (const addresses of [
      [publicV4, privateV4],
      [privateV4, publicV4],
    ]) {
      const outcome = await resolve(answering(addresses), all);
      expect(outcome).toBeInstanceOf(OutgoingError);
      expect(outcome).toMatchObject({ code: 'address-refused', phase: 'not-sent' });
    }
  });

  test.each([true, false])('a failed or empty resolution is dns-failed (all: %p)', async (all) => {
    const failing: LookupAll = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    expect(await resolve(failing, all)).toMatchObject({ code: 'dns-failed', phase: 'not-sent' });
    expect(await resolve(answering([]), all)).toMatchObject({ code: 'dns-failed', phase: 'not-sent' });
  });

  test('a name that changes its address is judged anew on each connection, by the address connected to', async () => {
    const arrived = deferred();
    const good = await startTcp(() => arrived.resolve());
    // All of 127.0.0.0/8 is this host, so the changed name would reach a real listener.
    const bad = await startTcp(() => undefined, '0.0.0.0');
    const lookup = guardedLookup(
      answering([{ address: '127.0.0.1', family: 4 }], [{ address: '127.0.0.2', family: 4 }]),
      (ip) => ip === '127.0.0.1',
    );

    const first = connect({ host: 'rebind.example', port: good.port, lookup });
    await arrived.promise;
    first.destroy();
    const second = connect({ host: 'rebind.example', port: bad.port, lookup });
    const outcome = await new Promise((done) => second.once('error', done).once('connect', () => done('connected')));

    expect(outcome).toMatchObject({ code: 'address-refused' });
    expect(bad.sockets).toHaveLength(0);
  });
});
