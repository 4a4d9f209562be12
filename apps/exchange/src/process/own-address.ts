import { networkInterfaces } from 'node:os';
import { ownHosts } from '@kommutator/sip';

/** IPv4 addresses of this machine that others may reach, in the order of its interfaces. */
export const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap(each => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

/** What peers are told of a socket bound to `host`: an address, never "any". */
export const ownAddress = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? (ownAddresses()[0] ?? ownAddress6(host) ?? '127.0.0.1') : host;

/** The same for peers over IPv6, where `host` is both families; null where it is one. */
export const ownAddress6 = (host: string): string | null => (host === '::' ? ownHosts(host).six : null);
