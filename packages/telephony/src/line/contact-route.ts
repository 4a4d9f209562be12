import { type Peer, parseUri } from '@kommutator/sip';
import { isAddress, plainAddress } from './addresses.ts';
import type { Binding } from './bindings.ts';

/**
 * Where an INVITE to a registered phone is sent (RFC 3261 §18.1, RFC 3581, RFC 5626):
 * - through Path: to the edge the REGISTER came from, which knows the way on (RFC 3327);
 * - over TCP, TLS, WebSocket: down the connection of the REGISTER; when that did not outlive a restart, to the address in
 *   Contact, where there is one;
 * - over UDP: to host and port of Contact when its host is the very address the REGISTER came from; otherwise the phone
 *   is behind NAT, or Contact is a name, and only the source of the REGISTER is known to reach it.
 */
export function peerOf(binding: Binding): Peer {
  const { source, record } = binding;
  if (record.path.length > 0 || source.flow !== undefined) return source;
  const uri = parseUri(record.contact);
  if (!uri || !isAddress(uri.host)) return source;
  const host = plainAddress(uri.host);
  if (source.protocol === 'udp') {
    return host === plainAddress(source.address) ? { ...source, port: uri.port ?? 5060 } : source;
  }
  if (source.protocol === 'ws' || source.protocol === 'wss') return source;
  return {
    protocol: source.protocol,
    address: host,
    port: uri.port ?? (source.protocol === 'tls' ? 5061 : 5060),
  };
}
