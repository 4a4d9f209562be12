import type { SipResponse } from '../message/types.ts';
import type { Peer } from '../transport/types.ts';
import { contactUri, nextHop, requestTarget, routeSetOf } from './route.ts';

/** Where the requests of a dialog go: remote target, route set (RFC 3261 §12.1), and where the other side was heard last. */
export class Way {
  target: string;
  routes: readonly string[];
  heard: Peer;
  peer: Peer;

  constructor({ target, routes, heard }: Pick<Way, 'target' | 'routes' | 'heard'>) {
    this.target = target;
    this.routes = routes;
    this.heard = heard;
    this.peer = nextHop(target, routes, heard);
  }

  /** Request-URI and Route of the next request (RFC 3261 §12.2.1.1). */
  get next(): ReturnType<typeof requestTarget> {
    return requestTarget(this.target, this.routes);
  }

  /** The 2xx that confirms the dialog of a UAC has the last word on both (RFC 3261 §13.2.2.4). */
  confirmBy({ headers }: SipResponse): void {
    this.routes = routeSetOf(headers, 'uac');
    this.retarget(contactUri(headers) ?? this.target);
  }

  /** A target refresh (RFC 3261 §12.2). */
  retarget(target: string): void {
    this.target = target;
    this.peer = nextHop(target, this.routes, this.heard);
  }

  /** A request came from there: a phone that moved to another port is answered at it. */
  hear(from: Peer): void {
    const { address, port, flow } = this.heard;
    if (from.address === address && from.port === port && from.flow === flow) return;
    this.heard = from;
    this.peer = nextHop(this.target, this.routes, from);
  }
}
