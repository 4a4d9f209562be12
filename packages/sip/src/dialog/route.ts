import { isIP } from 'node:net';
import { parseNameAddr, splitAddress } from '../message/address.ts';
import type { Headers, SipUri } from '../message/types.ts';
import { parseUri } from '../message/uri.ts';
import { canonicalAddress } from '../transport/address.ts';
import type { Peer, Protocol } from '../transport/types.ts';

/** The Record-Route values as a route set: in order for the UAS, reversed for the UAC (RFC 3261 §12.1.1, §12.1.2). */
export function routeSetOf(headers: Headers, side: 'uac' | 'uas'): readonly string[] {
  if (!headers.has('record-route')) return NO_ROUTES;
  const routes = headers.all('record-route');
  return side === 'uas' ? routes : routes.toReversed();
}

const NO_ROUTES: readonly string[] = [];

/** The URI of the first Contact; null when there is none that can be a Request-URI. */
export function contactUri(headers: Headers): string | null {
  const [first] = headers.all('contact');
  const uri = first === undefined ? undefined : splitAddress(first)?.uri;
  return uri !== undefined && parseUri(uri) ? uri : null;
}

/** Request-URI and Route of a request inside a dialog (RFC 3261 §12.2.1.1). */
export function requestTarget(
  target: string,
  routes: readonly string[],
): { readonly uri: string; readonly routes: readonly string[] } {
  const first = routes[0] === undefined ? null : parseNameAddr(routes[0]);
  if (!first || first.uri.params.lr !== undefined) return { uri: target, routes };
  const strict = splitAddress(routes[0] ?? '')?.uri ?? target;
  return { uri: strict, routes: [...routes.slice(1), `<${target}>`] };
}

/**
 * Where requests inside a dialog really go.
 * - With a route set: to the address its first entry names; to `heard` when that is a name (DNS is not the stack's), the
 *   same machine over a connection, or a private address written by a public one: a stranger on the Internet does not
 *   aim our requests at what only we can reach.
 * - Without one: back to `heard`, where the INVITE came from or went to. A phone behind NAT writes an address into
 *   Contact that nobody reaches. Only a Contact with another public address than that of a public `heard` is believed:
 *   the far end of a proxy that does not stay in the dialog.
 */
export function nextHop(target: string, routes: readonly string[], heard: Peer): Peer {
  if (heard.protocol !== 'udp' && heard.protocol !== 'tcp') return heard;
  if (routes[0] !== undefined) {
    const route = placeOf(parseNameAddr(routes[0])?.uri);
    if (!route) return heard;
    return isPublic(heard.address) && !isPublic(route.host) ? heard : peerOf(route, heard);
  }
  const contact = placeOf(parseUri(target));
  if (!contact || contact.host === heard.address) return heard;
  return isPublic(contact.host) && isPublic(heard.address) ? peerOf(contact, heard) : heard;
}

/** A URI whose host is an address, which is written as that of a peer is; null for a name. */
const placeOf = (uri: SipUri | null | undefined): SipUri | null =>
  !uri || isIP(uri.host) === 0 ? null : { ...uri, host: canonicalAddress(uri.host) };

function peerOf(uri: SipUri, heard: Peer): Peer {
  const protocol = protocolOf(uri);
  if (protocol === heard.protocol && uri.host === heard.address) {
    if (protocol !== 'udp' || uri.port === heard.port) return heard;
  }
  return { protocol, address: uri.host, port: uri.port ?? (protocol === 'tls' ? 5061 : 5060) };
}

function protocolOf(uri: SipUri): Protocol {
  if (uri.scheme === 'sips') return 'tls';
  const transport = uri.params.transport?.toLowerCase();
  return transport === 'tcp' || transport === 'tls' ? transport : 'udp';
}

/** An IP address the whole Internet can reach (RFC 6890, as far as NAT is concerned). */
export function isPublic(address: string): boolean {
  const version = isIP(address);
  if (version === 6) return !/^(::1?$|f[cd]|fe[89ab])/i.test(address);
  if (version !== 4) return false;
  const [a = 0, b = 0] = address.split('.').map(Number);
  if (a === 0 || a === 10 || a === 127) return false;
  if (a === 100) return b < 64 || b > 127;
  if (a === 169) return b !== 254;
  if (a === 172) return b < 16 || b > 31;
  return a !== 192 || b !== 168;
}
