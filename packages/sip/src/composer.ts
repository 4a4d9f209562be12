import { createRequest, createResponse } from './message/create.ts';
import type { SipRequest, SipResponse } from './message/types.ts';
import { formatHostPort } from './message/uri.ts';
import { newBranch, newTag, newToken, type Random } from './random.ts';
import type { Body, HeaderList, ReplyOptions } from './stack.ts';
import { topViaText } from './transport/reply-route.ts';
import type { Listening, Peer, Transport } from './transport/types.ts';

/** What a request of ours says, beside what the stack writes into every request. */
export interface RequestHead {
  readonly method: string;
  readonly uri: string;
  readonly branch: string;
  /** From and To values with their tags. */
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly sequence: number;
  readonly routes?: readonly string[] | undefined;
  readonly contact?: string | undefined;
  readonly maxForwards?: number | undefined;
  readonly headers?: HeaderList | undefined;
  readonly body?: Body | undefined;
}

/** Who we are and what we can do, as the messages say it. */
export interface Identity {
  readonly userAgent: string;
  readonly allow: readonly string[];
  /** Option tags (RFC 3261 §20.37); a request that requires another one is refused with 420. */
  readonly supported: readonly string[];
}

/** Methods whose requests tell Allow and Supported (RFC 3261 §13.2.1, §20.5, RFC 3311 §5.1). */
const TELLING = new Set(['INVITE', 'UPDATE', 'OPTIONS']);

/** Methods that make or refresh a dialog's remote target (RFC 3261 §12.2, RFC 3311, 3515, 6665). */
export const WITH_CONTACT = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/** Writes messages: the header fields that are the stack's business, then those of its user. */
export class Composer {
  readonly random: Random;
  readonly #transport: Transport;
  readonly #identity: Identity;
  readonly #allow: string;
  readonly #supported: string;

  constructor(transport: Transport, random: Random, identity: Identity) {
    this.random = random;
    this.#transport = transport;
    this.#identity = identity;
    this.#allow = identity.allow.join(', ');
    this.#supported = identity.supported.join(', ');
  }

  /** Whether an option tag is ours to speak (RFC 3261 §19.2). */
  supports(tag: string): boolean {
    return this.#identity.supported.includes(tag);
  }

  newBranch(): string {
    return newBranch(this.random);
  }

  newTag(): string {
    return newTag(this.random);
  }

  newCallId(): string {
    return newToken(this.random);
  }

  local(peer: Peer): Listening {
    return this.#transport.local(peer);
  }

  /** `<sip:user@advertised:port;transport=…>`, where requests of a dialog over this listener come back to. */
  contact(local: Listening, user: string): string {
    // One name for WebSocket with TLS and without (RFC 7118 §5).
    const name = local.protocol === 'wss' ? 'ws' : local.protocol;
    const transport = name === 'udp' ? '' : `;transport=${name}`;
    return `<sip:${user}@${formatHostPort(local.advertised, local.port)}${transport}>`;
  }

  /** A request that leaves for `to`. */
  request(head: RequestHead, to: Peer): SipRequest {
    const local = this.#transport.local(to);
    const place = formatHostPort(local.advertised, local.port);
    const request = createRequest(head.method, head.uri, undefined, head.body);
    const { headers } = request;
    headers.append('Via', `SIP/2.0/${local.protocol.toUpperCase()} ${place};branch=${head.branch};rport`);
    headers.append('Max-Forwards', String(head.maxForwards ?? 70));
    headers.append('From', head.from);
    headers.append('To', head.to);
    headers.append('Call-ID', head.callId);
    headers.append('CSeq', `${head.sequence} ${head.method}`);
    for (const route of head.routes ?? []) headers.append('Route', route);
    for (const [name, value] of head.headers ?? []) headers.append(name, value);
    if (head.contact !== undefined) fill(headers, 'Contact', head.contact);
    fill(headers, 'User-Agent', this.#identity.userAgent);
    if (TELLING.has(head.method)) this.#tell(headers);
    return request;
  }

  /**
   * A response; the To tag is added where the request had none, but not to a 100 (RFC 3261 §8.2.6.2).
   * @param contact written into responses that make or refresh a dialog
   */
  reply(
    request: SipRequest,
    status: number,
    toTag: string,
    o: ReplyOptions = {},
    contact?: string,
  ): SipResponse {
    const response = createResponse(request, status, o.reason);
    const { headers } = response;
    if (status > 100) {
      const to = headers.get('to');
      // A request may be so broken that it has none (RFC 4475 §3.3.1).
      if (to !== undefined && toTag !== '') headers.set('To', `${to};tag=${toTag}`);
      for (const [name, value] of o.headers ?? []) headers.append(name, value);
      if (contact !== undefined) fill(headers, 'Contact', contact);
      if (!o.bare) {
        fill(headers, 'Server', this.#identity.userAgent);
        if (status < 300 && TELLING.has(request.method)) this.#tell(headers);
      }
    }
    if (o.body) {
      headers.set('Content-Type', o.body.type);
      response.body = o.body.bytes;
    }
    return response;
  }

  /** The ACK of a 3xx–6xx: of the INVITE's own transaction (RFC 3261 §17.1.1.3). */
  failureAck(invite: SipRequest, response: SipResponse): SipRequest {
    const ack = this.#companion('ACK', invite);
    ack.headers.set('To', response.headers.get('to') ?? invite.headers.get('to') ?? '');
    return ack;
  }

  /** The CANCEL of an INVITE (RFC 3261 §9.1). */
  cancel(invite: SipRequest, more: HeaderList = []): SipRequest {
    const cancel = this.#companion('CANCEL', invite);
    for (const [name, value] of more) cancel.headers.append(name, value);
    return cancel;
  }

  /** Option tags a request requires and we do not have (RFC 3261 §8.2.2.3). */
  unsupported(request: SipRequest): readonly string[] {
    if (!request.headers.has('require')) return NONE;
    return request.headers
      .all('require')
      .filter(tag => !this.#identity.supported.includes(tag.toLowerCase()));
  }

  /** A request that belongs to the transaction of an INVITE: same top Via, Call-ID, From, To, Route and CSeq number. */
  #companion(method: string, invite: SipRequest): SipRequest {
    const from = invite.headers;
    const request = createRequest(method, invite.uri);
    const { headers } = request;
    headers.append('Via', topViaText(from.get('via') ?? ''));
    headers.append('Max-Forwards', '70');
    for (const name of ['From', 'To', 'Call-ID']) headers.append(name, from.get(name) ?? '');
    headers.append('CSeq', `${(from.get('cseq') ?? '0').split(' ')[0]} ${method}`);
    for (const route of from.all('route')) headers.append('Route', route);
    headers.append('User-Agent', this.#identity.userAgent);
    return request;
  }

  #tell(headers: SipRequest['headers']): void {
    fill(headers, 'Allow', this.#allow);
    if (this.#supported !== '') fill(headers, 'Supported', this.#supported);
  }
}

const NONE: readonly string[] = [];

/** The user's own value of a field goes before the stack's. */
function fill(headers: SipRequest['headers'], name: string, value: string): void {
  if (!headers.has(name)) headers.append(name, value);
}

/** A From or To value of `address`, which may be a bare URI, with a tag. */
export function withTag(address: string, tag: string): string {
  const named = address.includes('<') ? address : `<${address}>`;
  return tag === '' ? named : `${named};tag=${tag}`;
}
