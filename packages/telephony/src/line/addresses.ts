import { BlockList, isIP, isIPv6 } from 'node:net';
import { canonicalAddress } from '@kommutator/sip';

/** An address as it is compared: IPv4 mapped into IPv6 is IPv4, no brackets, no zone, IPv6 in its one form (RFC 5952). */
export function plainAddress(address: string): string {
  let plain = address.startsWith('[') ? address.slice(1, -1) : address;
  const zone = plain.indexOf('%');
  if (zone >= 0) plain = plain.slice(0, zone);
  return canonicalAddress(plain);
}

/** A list of single addresses and CIDR ranges, IPv4 and IPv6. */
export class AddressList {
  readonly #list = new BlockList();

  /** Entries that are neither an address nor a range trust nobody: they are left out. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry.trim());
  }

  has(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  }

  #add(entry: string): void {
    const slash = entry.indexOf('/');
    const address = plainAddress(slash < 0 ? entry : entry.slice(0, slash));
    const version = isIP(address);
    if (version === 0) return;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (slash < 0) {
      this.#list.addAddress(address, family);
      return;
    }
    const bits = Number(entry.slice(slash + 1));
    if (Number.isInteger(bits) && bits >= 0 && bits <= (version === 6 ? 128 : 32))
      this.#list.addSubnet(address, bits, family);
  }
}

/** RFC 1918, RFC 6598, link-local, loopback and their IPv6 kin: addresses no public network routes. */
const PRIVATE = new AddressList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '::1',
  'fc00::/7',
  'fe80::/10',
]);

/** Whether the address is loopback, link-local or private. A name is not. */
export const isPrivate = (address: string): boolean => PRIVATE.has(address);

/** Whether the host of a URI is a literal address. */
export const isAddress = (host: string): boolean => isIP(plainAddress(host)) !== 0;
