import type { Clock, Ms } from '@kommutator/base';
import { Settled } from '@kommutator/base';
import type { Key } from '@kommutator/media';
import type {
  AudioDescription,
  Body,
  Dialog,
  HeaderList,
  ServerTransaction,
  SipMessage,
} from '@kommutator/sip';
import type { PhoneAudio } from './phone-media.ts';
import { PhoneSdp } from './phone-sdp.ts';

/** How a call of a phone came to its end. */
export interface PhoneEnd {
  readonly at: Ms;
  /** Final status of the INVITE; 200 when the call had been answered. */
  readonly status: number;
  /** Reason header fields of the message that ended it (RFC 3326). */
  readonly reasons: readonly string[];
  /** Whether this phone ended it. */
  readonly byMe: boolean;
}

/** How a phone says that it holds. */
export interface HoldOptions {
  /** `zeros`: the address 0.0.0.0 of RFC 2543. `sendonly` when left out. */
  readonly how?: 'sendonly' | 'inactive' | 'zeros';
  /** re-INVITE when left out. */
  readonly by?: 'INVITE' | 'UPDATE';
}

/** One call of a test phone, from either side. What both sides do the same way. */
export abstract class PhoneCall {
  readonly clock: Clock;
  readonly audio: PhoneAudio;
  /** What was called: the Request-URI's user. */
  readonly number: string;
  readonly startedAt: Ms;
  answeredAt: Ms | null = null;
  end: PhoneEnd | null = null;
  /** What the exchange told by INFO: content type and body. */
  readonly informed: string[] = [];
  /** Resolves when the call is over. */
  readonly over: Promise<PhoneEnd>;
  protected dialog: Dialog | null = null;
  protected readonly sdp: PhoneSdp;
  readonly #over = new Settled<PhoneEnd>();

  constructor(clock: Clock, audio: PhoneAudio, number: string) {
    this.clock = clock;
    this.audio = audio;
    this.sdp = new PhoneSdp(audio);
    this.number = number;
    this.startedAt = clock.now();
    this.over = this.#over.promise;
  }

  /** Call-ID of its dialog. */
  abstract readonly callId: string;

  get talking(): boolean {
    return this.answeredAt !== null && this.end === null;
  }

  /** The exchange's side of the media, as its latest SDP has it. */
  get remote(): AudioDescription | null {
    return this.sdp.remote;
  }

  /** What is in the earpiece now. */
  hears(): Promise<string> {
    return this.audio.hears();
  }

  /** Presses keys one after another. */
  async sends(keys: string): Promise<void> {
    for (const key of keys) await this.audio.press(key as Key);
  }

  /** Tells of keys by INFO, one after another. @returns the answers. */
  async informs(keys: string, type = 'application/dtmf-relay'): Promise<number[]> {
    const answers: number[] = [];
    for (const key of keys) {
      const text = type === 'application/dtmf' ? key : `Signal=${key}\r\nDuration=100\r\n`;
      const body = { type, bytes: new TextEncoder().encode(text) };
      const response = await this.dialog?.request('INFO', { body });
      answers.push(response?.status ?? 481);
    }
    return answers;
  }

  /** Loses its memory of the call, as a phone does whose power went: requests of the exchange are answered 481. */
  forgets(): void {
    if (this.dialog) this.dialog.events = { ...this.dialog.events, request: t => t.respond(481) };
  }

  /** Gives the call up: CANCEL, refusal or BYE, as its state asks. */
  abstract hangsUp(headers?: HeaderList): void;

  /** Keeps the other side waiting, or takes it back. @returns the final status. */
  async holds(on = true, { how = 'sendonly', by = 'INVITE' }: HoldOptions = {}): Promise<number> {
    if (!this.dialog) return 481;
    const body = on ? this.#holding(how) : this.sdp.offer();
    const response = await (by === 'INVITE' ? this.dialog.reinvite(body) : this.dialog.request(by, { body }));
    this.understand(response);
    return response.status;
  }

  protected understand({ body }: SipMessage): void {
    if (this.sdp.read(body) && this.remote) this.audio.connect(this.remote);
  }

  protected confirmed(dialog: Dialog): void {
    this.dialog = dialog;
    this.answeredAt = this.clock.now();
    dialog.events = {
      request: transaction => this.#request(transaction),
      bye: transaction => {
        transaction.respond(200);
        this.ended(200, transaction.request.headers.all('Reason'), false);
      },
      lost: () => this.ended(200, [], false),
    };
  }

  protected ended(status: number, reasons: readonly string[], byMe: boolean): void {
    if (this.end) return;
    this.end = { at: this.clock.now(), status, reasons, byMe };
    this.audio.close();
    this.#over.settle(this.end);
  }

  protected bye(headers?: HeaderList): void {
    this.dialog?.bye(headers);
    this.ended(200, [], true);
  }

  #holding(how: NonNullable<HoldOptions['how']>): Body {
    return how === 'zeros' ? this.sdp.offer('sendrecv', '0.0.0.0') : this.sdp.offer(how);
  }

  /** Requests of the exchange inside the dialog are welcome; a re-INVITE is answered as the first one was. */
  #request(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === 'INFO') {
      const body = new TextDecoder().decode(request.body).trim().replaceAll('\r\n', ' ');
      this.informed.push(`${request.headers.get('Content-Type')}: ${body}`);
    }
    if (request.method !== 'INVITE') {
      transaction.respond(200);
      return;
    }
    this.understand(request);
    transaction.respond(200, { body: this.sdp.reply() });
  }
}
