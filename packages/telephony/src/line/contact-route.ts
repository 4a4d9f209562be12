import { type Peer, parseUri } from '@kommutator/sip';
import { isAddress, plainAddress } from './addresses.ts';
import type { Binding } from './bindings.ts';

/**
 * Where an INVITE to a registered phone is sent (RFC 3261 §18.1, RFC 3581, RFC 5626):
 * - through Path: to the edge the REGISTER came from, which knows the way on (RFC 3327);
 * - over TCP, TLS, WebSocket: down the connection of the REGISTER, as long as there is one;
 * - over UDP, and over TCP or TLS after a restart of ours: to the port of Contact when its host is the very address the
 *   REGISTER came from; otherwise the phone is behind NAT, or Contact is a name, and only the source of the REGISTER is
 *   known to reach it.
 * A phone behind NAT that registered over UDP is reached by that binding of the NAT alone, which is its flow (RFC 5626 §5.3):
 * no request to it is too long for UDP.
 *
 * It never leaves for an address that did not register itself: Contact is the phone's word, and whoever has one account
 * could aim our calls at anybody, or at what only we can reach.
 */
export function peerOf(binding: Binding): Peer {
  const { source, record } = binding;
  if (record.path.length > 0 || source.flow !== undefined) return overUdp(source);
  const uri = parseUri(record.contact);
  if (!uri || !isAddress(uri.host)) return overUdp(source);
  if (source.protocol === 'ws' || source.protocol === 'wss') return source;
  if (plainAddress(uri.host) !== plainAddress(source.address)) return overUdp(source);
  return { ...source, port: uri.port ?? (source.protocol === 'tls' ? 5061 : 5060) };
}

const overUdp = (source: Peer): Peer => (source.protocol === 'udp' ? { ...source, flow: 'udp' } : source);
