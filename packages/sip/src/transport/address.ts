import { isIP, isIPv6, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address as the rest of the program knows it: an IPv4 address is never written as IPv6. */
export const plainAddress = (address: string): string => {
  if (!address.startsWith('::ffff:')) return address;
  const mapped = address.slice(7);
  return isIP(mapped) === 4 ? mapped : address;
};

/**
 * The one form of an address by which two are compared (RFC 5952): sockets have it already, what somebody wrote may not.
 * Anything but IPv6 is returned as it is.
 */
export const canonicalAddress = (address: string): string =>
  isIPv6(address) ? plainAddress(new SocketAddress({ address, family: 'ipv6' }).address) : address;

/** The same address for a socket of the given family: a socket for both families knows IPv4 only as mapped IPv6. */
export const addressFor = (address: string, family: 4 | 6): string =>
  family === 6 && isIP(address) === 4 ? `::ffff:${address}` : address;

/** What Via and Contact say, by the family of the address it is said to. */
export interface OwnHosts {
  readonly four: string;
  readonly six: string;
}

/**
 * What peers are told of a socket: `advertised` where it is a name or of the peer's family, else the address bound. For a
 * wildcard that is the first of the machine that others reach; one for both families has one of each.
 */
export function ownHosts(bound: string, advertised?: string): OwnHosts {
  const told = advertised ?? (bound === '0.0.0.0' || bound === '::' ? undefined : bound);
  const family = told === undefined ? 0 : isIP(told);
  if (told !== undefined && (family === 0 || bound !== '::')) return { four: told, six: told };
  const four = family === 4 && told ? told : firstAddress('IPv4');
  const six = family === 6 && told ? told : firstAddress('IPv6');
  if (bound === '0.0.0.0') return { four: four ?? '127.0.0.1', six: four ?? '127.0.0.1' };
  return { four: four ?? '127.0.0.1', six: six ?? '::1' };
}

export const hostFor = (own: OwnHosts, peer: string): string => (peer.includes(':') ? own.six : own.four);

/** Link-local ones are no use to anybody behind a router. */
function firstAddress(family: 'IPv4' | 'IPv6'): string | undefined {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const found of addresses ?? [])
      if (!found.internal && found.family === family && !/^fe[89ab]/i.test(found.address))
        return found.address;
  }
  return undefined;
}
