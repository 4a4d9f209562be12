import type { Clock } from '@kommutator/base';
import { Settled } from '@kommutator/base';
import type {
  Body,
  Dialog,
  Direction,
  HeaderList,
  InviteClient,
  InviteFailure,
  SipResponse,
} from '@kommutator/sip';
import { PhoneCall } from './phone-call.ts';
import type { PhoneAudio } from './phone-media.ts';

/** A call this phone makes. */
export class OutgoingCall extends PhoneCall {
  /** Status of the latest provisional answer with a meaning to the ear: 180 or 183. */
  ringing: 180 | 183 | null = null;
  /** Whom the exchange named in 180, 183 or 200 (P-Asserted-Identity). */
  shown: string | null = null;
  /** Resolves with the answer or with the end, whichever comes. */
  readonly decided: Promise<void>;
  readonly #decided = new Settled<void>();
  readonly #delayedOffer: boolean;
  #client: InviteClient | null = null;

  constructor(clock: Clock, audio: PhoneAudio, number: string, delayedOffer: boolean) {
    super(clock, audio, number);
    this.#delayedOffer = delayedOffer;
    this.decided = this.#decided.promise;
  }

  get callId(): string {
    return this.#client?.callId ?? '';
  }

  /** The offer of this call. */
  offer(direction?: Direction): Body {
    return this.sdp.offer(direction);
  }

  start(client: InviteClient): void {
    this.#client = client;
  }

  provisional(response: SipResponse, early: Dialog | null): void {
    this.dialog = early ?? this.dialog;
    if (response.status === 180 || response.status === 183) this.ringing = response.status;
    this.#named(response);
    this.understand(response);
  }

  answered(response: SipResponse, dialog: Dialog): void {
    this.#named(response);
    this.understand(response);
    this.confirmed(dialog);
    dialog.acknowledge(this.#delayedOffer ? this.sdp.reply() : undefined);
    this.#decided.settle();
  }

  failed({ status, response }: InviteFailure, byMe: boolean): void {
    this.ended(status, response?.headers.all('Reason') ?? [], byMe);
    this.#decided.settle();
  }

  override hangsUp(headers?: HeaderList): void {
    if (this.end) return;
    if (this.answeredAt !== null) this.bye(headers);
    else this.#client?.cancel(headers);
  }

  #named({ headers }: SipResponse): void {
    this.shown = headers.get('P-Asserted-Identity') ?? this.shown;
  }
}
