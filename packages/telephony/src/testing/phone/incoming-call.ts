import type { Clock } from '@kommutator/base';
import type { HeaderList, InviteServer, NameAddr, SipRequest } from '@kommutator/sip';
import { parseNameAddr, parseUri } from '@kommutator/sip';
import { PhoneCall } from './phone-call.ts';
import type { PhoneAudio } from './phone-media.ts';

/** A call that rings on this phone. */
export class IncomingCall extends PhoneCall {
  /** The INVITE as it came: what it says about the caller is asserted on it. */
  readonly invite: SipRequest;
  readonly #server: InviteServer;

  constructor(clock: Clock, audio: PhoneAudio, server: InviteServer) {
    super(clock, audio, parseUri(server.request.uri)?.user ?? '');
    this.#server = server;
    this.invite = server.request;
    this.understand(server.request);
    server.events = {
      cancelled: cancel => this.ended(487, cancel.headers.all('Reason'), false),
      acknowledged: ack => this.understand(ack),
      unacknowledged: () => this.ended(408, [], false),
    };
  }

  get callId(): string {
    return this.#server.dialog.callId;
  }

  /** Who calls, as From has it. */
  get from(): NameAddr | null {
    return parseNameAddr(this.invite.headers.get('From') ?? '');
  }

  /** Tells the exchange that it rings: 180. */
  alerts(): void {
    this.#server.ring(180);
  }

  /** 183 with SDP: the caller hears this side before the answer. */
  progresses(): void {
    this.#server.ring(183, { body: this.sdp.reply() });
  }

  answers(): void {
    if (this.end || this.answeredAt !== null) return;
    this.confirmed(this.#server.dialog);
    this.#server.answer({ body: this.sdp.reply() });
  }

  /** Final refusal, e.g. `refuses(486)`; a 302 with `['Contact', '<sip:…>']`. */
  refuses(status: number, headers: HeaderList = []): void {
    if (this.end || this.answeredAt !== null) return;
    this.#server.refuse(status, { headers });
    this.ended(status, [], true);
  }

  override hangsUp(headers?: HeaderList): void {
    if (this.end) return;
    if (this.answeredAt === null) this.refuses(480, headers);
    else this.bye(headers);
  }
}
