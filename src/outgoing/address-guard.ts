import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { BlockList, isIPv4, isIPv6, type LookupFunction } from 'node:net';
import { OutgoingError } from './outgoing-error.ts';

/** The part of `dns.lookup` that the guard needs. */
export type LookupAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const REFUSED_IPV4 = subnets('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT; also the metadata service of Alibaba Cloud
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // looks public, but inside Azure it is the host that hands out the machine's secrets
  ['169.254.0.0', 16], // link-local, with the metadata service of most clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // retired 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4], // reserved, with the broadcast address
]);

// Everything else is loopback, local, multicast, an embedded IPv4 form or not handed out at all, so new special
// ranges are refused without anybody having to hear of them.
const GLOBAL_IPV6 = subnets('ipv6', [['2000::', 3]]);
const REFUSED_IPV6 = subnets('ipv6', [
  ['2001::', 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32],
  ['3fff::', 20],
]);

const IPV4_MAPPED = subnets('ipv6', [['::ffff:0:0', 96]]);
const NAT64 = subnets('ipv6', [['64:ff9b::', 96]]);
const SIX_TO_FOUR = subnets('ipv6', [['2002::', 16]]);

/**
 * Whether an address belongs to the public internet. IPv6 forms that carry an IPv4 address (mapped, NAT64, 6to4) are
 * judged by that one. Anything that is not an IP literal, or has a zone id, is not public. Never throws.
 */
export function isPublicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !REFUSED_IPV4.check(ip, 'ipv4');
  if (!isIPv6(ip) || ip.includes('%')) return false;
  const carried = carriedIpv4(ip);
  if (carried !== undefined) return isPublicAddress(carried);
  return GLOBAL_IPV6.check(ip, 'ipv6') && !REFUSED_IPV6.check(ip, 'ipv6');
}

/**
 * A `lookup` for `net.connect` that fails with `OutgoingError` `address-refused` when any address of the name is not
 * allowed, and with `dns-failed` when there is none. It stands between the resolver and the connection, so that what
 * is judged is what gets connected to; a check before the call could be answered differently from the call itself.
 */
export function guardedLookup(lookup: LookupAll, isAllowed: (ip: string) => boolean = isPublicAddress): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const first = error ? undefined : addresses[0];
      if (first === undefined) {
        callback(new OutgoingError('dns-failed', hostname, error?.code), []);
      } else if (!addresses.every(({ address }) => isAllowed(address))) {
        // A name with public and private addresses at once is an attack, not a choice to be made for it.
        callback(new OutgoingError('address-refused', hostname), []);
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function carriedIpv4(ip: string): string | undefined {
  if (IPV4_MAPPED.check(ip, 'ipv6') || NAT64.check(ip, 'ipv6')) return dotted(groupsOf(ip).slice(6));
  if (SIX_TO_FOUR.check(ip, 'ipv6')) return dotted(groupsOf(ip).slice(1, 3));
  return undefined;
}

function dotted(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

function groupsOf(ip: string): number[] {
  // The URL parser brings every notation, a dotted tail included, to hexadecimal groups with at most one gap.
  const canonical = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':').map((group) => Number.parseInt(group, 16))));
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function subnets(family: 'ipv4' | 'ipv6', ranges: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
