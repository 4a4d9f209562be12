import { isIP } from 'node:net';
import type { Peer, Protocol, SipRequest } from '@kommutator/sip';
import { AddressList, plainAddress } from '../line/addresses.ts';

/** What an edge of ours writes into the requests it hands on: `udp:203.0.113.9:5060`, `tls:[2001:db8::1]:40000`. */
const SOURCE_FIELD = 'X-Kommutator-Source';
const SOURCE = /^(udp|tcp|tls|ws|wss):(\[[\da-f:.]+\]|[\d.]+):(\d{1,5})$/i;

/**
 * Our own edge proxies (SIP_EDGES). All the world comes from their addresses, so who a request is from is what they say;
 * the same field of anybody else is not looked at, and never passed on (DESIGN §2 «Trust and credentials»).
 */
export class Edges {
  readonly #list: AddressList;
  readonly #none: boolean;

  constructor(addresses: readonly string[]) {
    this.#list = new AddressList(addresses);
    this.#none = addresses.length === 0;
  }

  has(address: string): boolean {
    return !this.#none && this.#list.has(address);
  }

  /** Who sent a request: whom the edge names, or its sender; the edge itself where it names nobody. */
  clientOf({ headers }: SipRequest, source: Peer): Peer {
    if (!this.has(source.address)) return source;
    const [, protocol = '', host = '', port = ''] =
      SOURCE.exec(headers.get(SOURCE_FIELD)?.trim() ?? '') ?? [];
    const address = plainAddress(host);
    if (isIP(address) === 0) return source;
    return { protocol: protocol.toLowerCase() as Protocol, address, port: Number(port) };
  }
}
