import { type Peer, parseUri, type SipRequest } from '@kommutator/sip';
import { isAddress } from '../line/addresses.ts';
import type { Shield } from './shield.ts';

/** User agents nobody telephones with. Each stands for tools seen on the Internet every day. */
const SCANNERS =
  /friendly-(?:scanner|request)|sipvicious|svcrack|sipcli|sip-?scan|sundayddr|\biwar\b|vaxs?ip|pplsip|sipsak|sivus|smap\b|sipptk|nmap|masscan|zgrab|\bgulp\b|sipv\b|^scan/i;

export interface StrangersDeps {
  readonly shield: Shield;
  readonly isRealm: (host: string) => boolean;
  /** Names written into our Via and Contact. */
  readonly names: () => readonly string[];
}

/**
 * Requests of strangers that are passed over in silence: those of known scanning tools, and all that are meant for a host
 * which is not this one. A REGISTER is always challenged: which domains exist is nobody's to find out.
 */
export class Strangers {
  readonly #deps: StrangersDeps;

  constructor(deps: StrangersDeps) {
    this.#deps = deps;
  }

  ignores(request: SipRequest, source: Peer): boolean {
    const { shield } = this.#deps;
    const client = shield.edges.clientOf(request, source);
    if (client !== source && shield.isBanned(client)) return true;
    if (!shield.isStranger(client)) return false;
    if (!this.#scans(request) && this.#isMeant(request)) return false;
    shield.scanned(client, request.method);
    return true;
  }

  #scans({ headers }: SipRequest): boolean {
    const agent = headers.get('User-Agent');
    return agent !== undefined && SCANNERS.test(agent.slice(0, 128));
  }

  /** An address is one of ours: behind NAT we do not know by which we are called. */
  #isMeant({ method, uri }: SipRequest): boolean {
    if (method === 'REGISTER') return true;
    const { isRealm, names } = this.#deps;
    const host = parseUri(uri)?.host;
    if (host === undefined) return false;
    return host === '' || host === 'localhost' || isAddress(host) || isRealm(host) || names().includes(host);
  }
}
