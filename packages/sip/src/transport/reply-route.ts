import type { SipRequest, Via } from '../message/types.ts';
import { formatVia, parseVia } from '../message/via.ts';
import type { ReplyPeer } from '../transaction/ground.ts';
import { isReliable } from '../transaction/timing.ts';
import type { Peer } from './types.ts';

/** Ports meant where none is written (RFC 3261 §18.2.2; RFC 7118 §5: those of HTTP). */
const DEFAULT_PORT = 5060;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { TLS: 5061, WS: 80, WSS: 443 };

/** The first value of a Via field that may hold several; no parameter of ours or of a known phone quotes a comma. */
export function topViaText(value: string): string {
  const comma = value.indexOf(',');
  return comma < 0 ? value : value.slice(0, comma);
}

/** The Via of the hop the message came from; null when there is none. */
export const topVia = (headers: SipRequest['headers']): Via | null =>
  parseVia(topViaText(headers.get('via') ?? ''));

/** Port of a Via's sent-by (RFC 3261 §18.2.2). */
export const sentByPort = (via: Via): number => via.port ?? DEFAULT_PORTS[via.protocol] ?? DEFAULT_PORT;

/**
 * Writes `received` and `rport` into the top Via as it arrived from `source` (RFC 3261 §18.2.1, RFC 3581 §4):
 * `received` when the sent-by is not the source address or `rport` was asked for, `rport` only when asked for.
 */
export function markSource(request: SipRequest, via: Via, source: Peer): void {
  const asked = via.params.rport !== undefined;
  const received = withoutZone(source.address);
  if (!asked && via.host === received) return;
  const params: Record<string, string> = { ...via.params, received };
  if (asked) params.rport = String(source.port);
  const top = formatVia({ ...via, params });
  const all = request.headers.all('via');
  request.headers.set('Via', all.length === 1 ? top : [top, ...all.slice(1)].join(', '));
}

/** The zone of a link-local address means something to this machine alone (RFC 4007 §11.2). */
const withoutZone = (address: string): string => {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
};

/**
 * Where responses go (RFC 3261 §18.2.2, RFC 3581 §4): over the connection of the request; by UDP to the source
 * address, at the source port when `rport` was asked for, else at the sent-by port. `maddr` is not honoured: it would
 * let anybody aim our responses at anybody.
 */
export function replyRoute(via: Via, source: Peer): ReplyPeer {
  const sentBy = sentByPort(via);
  const { protocol, address, flow } = source;
  const asked = isReliable(protocol) || via.params.rport !== undefined;
  return { protocol, address, port: asked ? source.port : sentBy, flow, sentBy };
}
