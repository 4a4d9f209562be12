import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { InviteServer, SipRequest } from '@kommutator/sip';
import { LegEnded } from '../call.ts';
import { refusalHeaders, refusalStatus } from './causes.ts';
import { type LegInit, LineLeg } from './line-leg.ts';

const NO_ACK: Cause = { sip: 408, q850: 102, text: 'No ACK' };

/** Characters of a Call-ID that journal and log are given. */
const LONGEST_CALL_ID = 256;

/** The leg of an INVITE that came to us: the caller's. */
export class IncomingLeg extends LineLeg {
  readonly sipCallId: string;
  readonly #invite: InviteServer;
  #rang = false;
  #early = false;
  #answering: Promise<void> | null = null;

  constructor(init: LegInit, invite: InviteServer) {
    super(init);
    this.#invite = invite;
    this.sipCallId = invite.dialog.callId.slice(0, LONGEST_CALL_ID);
    this.take(invite.dialog);
    invite.events = {
      cancelled: () => void this.end(CAUSES.cancelled, 'remote'),
      acknowledged: ack => this.#acknowledged(ack),
      unacknowledged: () => this.hangup(NO_ACK),
    };
  }

  protected get earlyMedia(): boolean {
    return this.#early;
  }

  answer(): Promise<void> {
    if (this.endCause) return Promise.reject(new LegEnded(this, this.endCause));
    this.#answering ??= this.#answer();
    return this.#answering;
  }

  /** 180 without SDP: the phone makes its own ringback. The endpoint is opened meanwhile, the answer will need it. */
  protected ring(): void {
    if (this.#rang || this.#early) return;
    this.#rang = true;
    this.#invite.ring(180, { headers: this.identity() });
    void this.media.open().then(place => place ?? this.noMedia());
  }

  /**
   * 183 with the answer to the caller's offer (RFC 3960). A caller who left the offer to us gets none before the 200: an
   * unreliable 183 may carry no offer (RFC 3261 §13.2.1); he hears ringing.
   */
  protected openEarly(): void {
    if (this.#early) return;
    if (!this.negotiation.offered) {
      this.ring();
      return;
    }
    this.#early = true;
    void this.#progress();
  }

  protected giveUp(cause: Cause): void {
    this.#invite.refuse(refusalStatus(cause), { headers: refusalHeaders(cause) });
  }

  async #progress(): Promise<void> {
    const place = await this.media.open();
    if (this.endCause || this.answered) return;
    if (!place) return this.noMedia();
    this.negotiation.place(place);
    this.#invite.ring(183, { headers: this.identity(), body: this.negotiation.answer() });
    this.mediaChanged();
  }

  async #answer(): Promise<void> {
    const place = await this.media.open();
    if (!place) this.noMedia();
    if (this.endCause || !place) throw new LegEnded(this, await this.ended);
    const { negotiation } = this;
    negotiation.place(place);
    this.#invite.answer({
      headers: this.identity(),
      body: negotiation.offered ? negotiation.answer() : negotiation.offer(),
    });
    this.confirm(this.#invite.dialog, this.#invite.request.headers);
  }

  /** The ACK holds the answer when the offer was ours (RFC 3261 §13.2.1). */
  #acknowledged(ack: SipRequest): void {
    if (this.endCause || this.negotiation.offered) return;
    if (this.negotiation.conclude(ack.body)) this.mediaChanged();
    else this.hangup(CAUSES.noCommonCodec);
  }
}
