import { Settled, type Timer } from '@kommutator/base';
import { CAUSES, type Cause } from '@kommutator/model/cause';
import type {
  Dialog,
  InviteClient,
  InviteClientEvents,
  InviteFailure,
  Peer,
  RequestInit,
  SipResponse,
} from '@kommutator/sip';
import { LegEnded, type OutgoingLeg } from '../call.ts';
import { causeOfResponse, reasonHeaders } from './causes.ts';
import { type Authorise, type LegInit, LineLeg } from './line-leg.ts';

/** Whoever has not even said 100 by then is not there (GRP-31.4). */
const PATIENCE = 4_000;
const NO_RESPONSE: Cause = { sip: 408, q850: 102, text: 'No response' };

/** An INVITE ready to leave, but for its offer. */
export interface Departure {
  readonly init: Omit<RequestInit, 'method' | 'body' | 'callId'>;
  readonly peer: Peer;
  /** Answers a 401 or 407, once a request. */
  readonly authorise: Authorise | null;
  /** The connection to the peer is gone. */
  readonly unreachable: () => void;
  /** Where it is tried next when `failed` does not answer (RFC 3263 §4.3); null = nowhere. There is nothing to try when left out. */
  readonly next?: (failed: Peer) => Peer | null;
}

type Outcome = Awaited<OutgoingLeg['result']>;

/** The leg of an INVITE we send to one contact or trunk destination. */
export class OutgoingInvite extends LineLeg implements OutgoingLeg {
  readonly sipCallId: string;
  onEarlyMedia: () => void = () => undefined;
  protected readonly earlyMedia = true;
  readonly #alerting = new Settled<void>();
  readonly #result = new Settled<Outcome>();
  #client: InviteClient | null = null;
  #patience: Timer | null = null;
  #ringing = false;
  #heard = false;
  #attempts = 0;

  constructor(init: LegInit) {
    super(init);
    this.sipCallId = this.id;
  }

  get leg(): this {
    return this;
  }

  get alerting(): Promise<void> {
    return this.#alerting.promise;
  }

  get result(): Promise<Outcome> {
    return this.#result.promise;
  }

  /** Resolves when the target has answered; the answer is its, not ours. */
  async answer(): Promise<void> {
    if (this.answered && !this.endCause) return;
    const outcome = await this.result;
    if (outcome.kind !== 'answered' || this.endCause) throw new LegEnded(this, await this.ended);
  }

  /** Opens the endpoint, offers it and sends the INVITE. Never rejects. */
  async depart(departure: Departure): Promise<void> {
    try {
      await this.#depart(departure);
    } catch (error) {
      this.context.log.error({ ...this.ids, error: String(error) }, 'an INVITE could not be sent');
      this.#over({ kind: 'failed', cause: CAUSES.systemEnd, why: 'transport' }, 'us');
    }
  }

  async #depart(departure: Departure): Promise<void> {
    const place = await this.media.open();
    if (this.endCause) return;
    if (!place) return this.noMedia();
    this.negotiation.place(place);
    this.authorise = departure.authorise;
    this.#try(departure);
  }

  #try(departure: Departure): void {
    this.#patience = this.context.clock.after(PATIENCE, () => this.#timeout(departure));
    this.#send(departure, { ...departure.init, callId: this.sipCallId }, departure.authorise);
  }

  /**
   * The same call at the next address (RFC 3263 §4.3), when nothing has been heard of it yet.
   * @returns false when there is none.
   */
  #tryNext(departure: Departure, status: number): boolean {
    if (this.#ringing || this.#heard || this.endCause) return false;
    const peer = departure.next?.(departure.peer) ?? null;
    if (!peer) return false;
    const { address, port } = departure.peer;
    this.context.log.info(
      { ...this.ids, sip: status, address, port },
      'no answer here: the next address is tried',
    );
    this.#patience?.cancel();
    this.#try({ ...departure, peer });
    return true;
  }

  /** Ends the leg before anything was sent. */
  refused(cause: Cause): void {
    this.context.log.warn({ ...this.ids, sip: cause.sip, why: cause.text }, 'call not let out');
    this.#over({ kind: 'refused', cause }, 'us');
  }

  protected ring(): void {}

  protected openEarly(): void {}

  /** CANCEL (RFC 3261 §9.1); a 200 that crosses is ended by the stack. */
  protected giveUp(cause: Cause): void {
    this.#client?.cancel(reasonHeaders(cause));
    this.#settle({ kind: 'failed', cause, why: 'cancelled' });
  }

  #send(departure: Departure, init: Omit<RequestInit, 'method' | 'body'>, authorise: Authorise | null): void {
    const attempt = ++this.#attempts;
    /** What an attempt that was given up still tells is of no interest. */
    const now = () => attempt === this.#attempts;
    const events: InviteClientEvents = {
      trying: () => {
        if (now()) this.#patience?.cancel();
      },
      provisional: (response, early) => {
        if (now()) this.#provisional(response, early);
      },
      answered: (response, dialog) => this.#accepted(response, dialog),
      failed: failure => {
        if (!now()) return;
        if (failure.status === 488 && !this.endCause) {
          const other = this.negotiation.otherwise();
          if (other) return void this.#sendOtherwise(other, departure, init, authorise);
        }
        const { response } = failure;
        const challenged = failure.status === 401 || failure.status === 407;
        const again = response && challenged && authorise?.(response, { method: 'INVITE', uri: init.uri });
        if (!again || this.endCause) return this.#failed(departure, failure);
        const headers = [...(init.headers ?? []), again];
        this.#send(departure, { ...init, headers, cseq: (init.cseq ?? 1) + 1 }, null);
      },
    };
    const body = this.negotiation.offer();
    this.#client = this.context.sip.invite({ ...init, method: 'INVITE', body }, departure.peer, events);
  }

  /** The same INVITE with another protection of its media. */
  async #sendOtherwise(
    endpoint: 'same endpoint' | 'other endpoint',
    departure: Departure,
    init: Omit<RequestInit, 'method' | 'body'>,
    authorise: Authorise | null,
  ): Promise<void> {
    if (endpoint === 'other endpoint') {
      const place = await this.media.reopen();
      if (this.endCause) return;
      if (!place) return this.noMedia();
      this.negotiation.place(place);
    }
    this.#send(departure, { ...init, cseq: (init.cseq ?? 1) + 1 }, authorise);
  }

  /** One endpoint for all forks: of several early dialogs the latest with SDP is heard (DESIGN §2). */
  #provisional(response: SipResponse, early: Dialog | null): void {
    this.#patience?.cancel();
    if (this.endCause) return;
    if (early) this.take(early);
    const media = response.body.length > 0 && this.negotiation.conclude(response.body);
    if (media) this.mediaChanged();
    if (response.status === 180 || response.status === 183) this.#alert();
    if (!media || this.#heard) return;
    this.#heard = true;
    this.onEarlyMedia();
  }

  #alert(): void {
    if (this.#ringing) return;
    this.#ringing = true;
    this.note({ type: 'leg.ringing', leg: this.id });
    this.#alerting.settle();
  }

  #accepted(response: SipResponse, dialog: Dialog): void {
    this.#patience?.cancel();
    dialog.acknowledge();
    if (this.endCause) {
      dialog.bye();
      return;
    }
    const { negotiation } = this;
    const agreed =
      response.body.length > 0 ? negotiation.conclude(response.body) : negotiation.negotiated !== null;
    if (!agreed) {
      dialog.bye(reasonHeaders(CAUSES.noCommonCodec));
      this.#over({ kind: 'failed', cause: CAUSES.noCommonCodec, why: 'media' }, 'us');
      return;
    }
    this.confirm(dialog, response.headers);
    this.#settle({ kind: 'answered' });
  }

  #failed(departure: Departure, failure: InviteFailure): void {
    const { why, status, response } = failure;
    if (why === 'transport') departure.unreachable();
    if (this.endCause) return;
    if (status === 503 || why === 'timeout') if (this.#tryNext(departure, status)) return;
    const reasons = response?.headers.all('Reason') ?? [];
    const cause = causeOfResponse(status, response?.reason ?? NO_RESPONSE.text, reasons);
    this.context.log.info({ ...this.ids, why, sip: status, q850: cause.q850 }, 'INVITE not answered');
    if (why !== 'response') {
      this.#over({ kind: 'failed', cause, why }, 'remote');
      return;
    }
    const redirectedTo = status >= 300 && status < 400 ? response?.headers.all('Contact') : undefined;
    this.#over({ kind: 'refused', cause, ...(redirectedTo && { redirectedTo }) }, 'remote');
  }

  #timeout(departure: Departure): void {
    if (this.endCause) return;
    this.context.log.info({ ...this.ids }, 'no provisional response in time');
    this.#client?.cancel(reasonHeaders(NO_RESPONSE));
    if (this.#tryNext(departure, NO_RESPONSE.sip)) return;
    this.#over({ kind: 'failed', cause: NO_RESPONSE, why: 'timeout' }, 'us');
  }

  #over(outcome: Exclude<Outcome, { kind: 'answered' }>, by: 'remote' | 'us'): void {
    void this.end(outcome.cause, by);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    this.#patience?.cancel();
    this.#result.settle(outcome);
  }
}
