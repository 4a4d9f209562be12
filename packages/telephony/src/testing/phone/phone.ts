import type { Clock, Ms } from '@kommutator/base';
import {
  type Direction,
  formatNameAddr,
  type HeaderList,
  type InviteClient,
  type InviteServer,
  isPlainRtp,
  type Peer,
  parseSdp,
  type SipStack,
} from '@kommutator/sip';
import { type Account, Credentials } from './credentials.ts';
import { IncomingCall } from './incoming-call.ts';
import { OutgoingCall } from './outgoing-call.ts';
import type { PhoneCall } from './phone-call.ts';
import type { PhoneMedia } from './phone-media.ts';

export interface PhoneInit {
  readonly clock: Clock;
  /** The phone's own stack over its own transport; nothing else may use it. */
  readonly stack: SipStack;
  readonly media: PhoneMedia;
  /** Where everything is sent: the exchange as outbound proxy. */
  readonly exchange: Peer;
  /** Name in the test: `anna`, `pstn`. */
  readonly name: string;
  /** SIP domain of its addresses; a carrier uses its own address. */
  readonly domain: string;
  /** Left out for a carrier, which is trusted by its address. */
  readonly account?: Account;
  readonly displayName?: string;
  /** Answers an INVITE with 180 by itself; true when left out. */
  readonly alerts?: boolean;
}

export interface CallOptions {
  /** User part of From; the account's name when left out. What a phone claims need not be believed. */
  readonly from?: string;
  readonly headers?: HeaderList;
  /** No SDP in the INVITE: the exchange offers (RFC 3261 §13.2.1). */
  readonly delayedOffer?: boolean;
  /** Direction of the offer; `sendrecv` when left out. */
  readonly direction?: Direction;
}

/**
 * A scriptable SIP phone, or a carrier's switch: `await anna.calls('102')`, `await boris.rings()`,
 * `boris.answers()`, `await anna.hears()`. It depends on nothing virtual: clock, stack and media are given.
 */
export class Phone {
  readonly name: string;
  /** Every call it made or got, in their order. */
  readonly history: PhoneCall[] = [];
  readonly #init: PhoneInit;
  readonly #credentials: Credentials | null;
  readonly #waiting: { number: string | undefined; take: (call: IncomingCall) => void }[] = [];
  readonly #untaken: IncomingCall[] = [];
  #registerSequence = 1;

  constructor(init: PhoneInit) {
    this.#init = init;
    this.name = init.name;
    this.#credentials = init.account ? new Credentials(init.account) : null;
    init.stack.events = {
      request: transaction => transaction.respond(transaction.request.method === 'OPTIONS' ? 200 : 405),
      invite: invite => void this.#ring(invite),
    };
  }

  /** The latest call. @throws when there was none: the script is wrong. */
  get call(): PhoneCall {
    const call = this.history.at(-1);
    if (!call) throw new Error(`${this.name} has no call`);
    return call;
  }

  /** REGISTER with digest. @returns the final status. */
  async registers(expires: Ms = 3_600_000): Promise<number> {
    const { stack, exchange, domain, account } = this.#init;
    const aor = `sip:${account?.username ?? this.name}@${domain}`;
    const uri = `sip:${domain}`;
    const init = {
      method: 'REGISTER',
      uri,
      from: `<${aor}>`,
      to: `<${aor}>`,
      callId: `register-${this.name}`,
      contact: this.#contact,
    };
    const headers: HeaderList = [['Expires', String(expires / 1000)]];
    const first = await stack.request({ ...init, headers, cseq: this.#registerSequence++ }, exchange);
    const credentials = this.#credentials?.answer(first, 'REGISTER', uri);
    if (!credentials) return first.status;
    const again = { ...init, headers: [...headers, credentials], cseq: this.#registerSequence++ };
    return (await stack.request(again, exchange)).status;
  }

  unregisters(): Promise<number> {
    return this.registers(0);
  }

  /** Sends the INVITE; the call goes on by itself. */
  async calls(number: string, o: CallOptions = {}): Promise<OutgoingCall> {
    const { clock, media } = this.#init;
    const call = new OutgoingCall(clock, await media.open(), number, o.delayedOffer ?? false);
    this.history.push(call);
    this.#invite(call, o, null);
    return call;
  }

  /** The next call that rings here, or has rung and was not asked for yet. @param number only if it was called by it. */
  rings(number?: string): Promise<IncomingCall> {
    const index = this.#untaken.findIndex(call => number === undefined || call.number === number);
    const [call] = index < 0 ? [] : this.#untaken.splice(index, 1);
    if (call) return Promise.resolve(call);
    return new Promise(take => this.#waiting.push({ number, take }));
  }

  /** Answers the latest call. */
  answers(): void {
    this.#incoming.answers();
  }

  /** Refuses the latest call. */
  refuses(status: number, headers?: HeaderList): void {
    this.#incoming.refuses(status, headers);
  }

  hangsUp(): void {
    this.call.hangsUp();
  }

  hears(): Promise<string> {
    return this.call.hears();
  }

  sends(keys: string): Promise<void> {
    return this.call.sends(keys);
  }

  get #contact(): string {
    const { account, stack } = this.#init;
    const [at] = stack.listening;
    const host = at?.advertised.includes(':') ? `[${at.advertised}]` : at?.advertised;
    // A browser has no address: its Contact leads back over its connection alone (RFC 7118 §5).
    const web = at?.protocol === 'ws' || at?.protocol === 'wss';
    const place = web ? `${host};transport=ws` : `${host}:${at?.port}`;
    return `<sip:${account?.username ?? this.name}@${place}>`;
  }

  get #incoming(): IncomingCall {
    const { call } = this;
    if (!(call instanceof IncomingCall)) throw new Error(`nobody has called ${this.name}`);
    return call;
  }

  #invite(call: OutgoingCall, o: CallOptions, credentials: readonly [string, string] | null): void {
    const { stack, exchange, domain, account, displayName } = this.#init;
    const uri = `sip:${encodeURIComponent(call.number).replaceAll('%2B', '+')}@${domain}`;
    const user = o.from ?? account?.username ?? this.name;
    const from = formatNameAddr({
      displayName: displayName ?? '',
      uri: { scheme: 'sip', user, host: domain, params: {} },
      params: {},
    });
    let cancelled = false;
    const client: InviteClient = stack.invite(
      {
        method: 'INVITE',
        uri,
        from,
        to: `<${uri}>`,
        headers: [...(o.headers ?? []), ...(credentials ? [credentials] : [])],
        ...(!o.delayedOffer && { body: call.offer(o.direction) }),
        ...(credentials && { callId: call.callId, cseq: 2 }),
      },
      exchange,
      {
        trying: () => undefined,
        provisional: (response, early) => call.provisional(response, early),
        answered: (response, dialog) => call.answered(response, dialog),
        failed: failure => {
          const again =
            credentials || !failure.response
              ? null
              : this.#credentials?.answer(failure.response, 'INVITE', uri);
          if (again && !cancelled) this.#invite(call, o, again);
          else call.failed(failure, cancelled);
        },
      },
    );
    call.start({
      callId: client.callId,
      cancel: headers => {
        cancelled = true;
        client.cancel(headers);
      },
    });
  }

  async #ring(invite: InviteServer): Promise<void> {
    const { clock, media, alerts = true } = this.#init;
    if (wantsProtection(invite.request.body)) {
      invite.refuse(488);
      return;
    }
    const call = new IncomingCall(clock, await media.open(), invite);
    this.history.push(call);
    if (alerts) call.alerts();
    const index = this.#waiting.findIndex(({ number }) => number === undefined || number === call.number);
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting) waiting.take(call);
    else this.#untaken.push(call);
  }
}

/** An offer of nothing but encrypted sound: this phone has plain RTP alone. */
function wantsProtection(body: Uint8Array): boolean {
  const offer = body.length > 0 ? parseSdp(body) : null;
  return offer?.ok === true && offer.value.audio !== null && !isPlainRtp(offer.value.audio.profile);
}
