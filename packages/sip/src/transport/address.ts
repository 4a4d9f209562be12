import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address as the rest of the program knows it: an IPv4 address is never written as IPv6. */
export const plainAddress = (address: string): string => {
  if (!address.startsWith('::ffff:')) return address;
  const mapped = address.slice(7);
  return isIP(mapped) === 4 ? mapped : address;
};

/** The same address for a socket of the given family: a socket for both families knows IPv4 only as mapped IPv6. */
export const addressFor = (address: string, family: 4 | 6): string =>
  family === 6 && isIP(address) === 4 ? `::ffff:${address}` : address;

/** What Via and Contact may say when nobody said what: the address bound, or for a wildcard the first of the machine. */
export function ownAddress(bound: string): string {
  if (bound !== '0.0.0.0' && bound !== '::') return bound;
  for (const addresses of Object.values(networkInterfaces())) {
    for (const found of addresses ?? []) if (!found.internal && found.family === 'IPv4') return found.address;
  }
  return '127.0.0.1';
}
