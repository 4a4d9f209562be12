import type { Ms, Timer } from '@kommutator/base';
import type { Headers, SipRequest, SipResponse } from '../message/types.ts';
import type { HeaderList } from '../stack.ts';
import type { SipDialog } from './dialog.ts';
import {
  askedTerms,
  LEAST_INTERVAL,
  minimumOf,
  type SessionTerms,
  termsAsClient,
  termsAsServer,
} from './session-terms.ts';

/** Who does not refresh waits to the very end, less the time a BYE may need (RFC 4028 §10). */
const BYE_BEFORE: Ms = 32_000;
/** A refresh that was refused is tried again after so long, if the session lasts. */
const AGAIN_AFTER: Ms = 10_000;

/** Keeps the session of one confirmed dialog alive, or ends it when the other side is not there any more (RFC 4028). */
export class SessionTimer {
  readonly #dialog: SipDialog;
  #terms: SessionTerms;
  /** When the session is over unless it is refreshed. */
  #end: Ms = 0;
  #timer: Timer | null = null;
  /** Min-SE of a 422. */
  #least = LEAST_INTERVAL;
  readonly #takesUpdate: boolean;

  /** @param takesUpdate the other side allows UPDATE. */
  constructor(dialog: SipDialog, terms: SessionTerms, takesUpdate: boolean) {
    this.#dialog = dialog;
    this.#terms = terms;
    this.#takesUpdate = takesUpdate;
    this.agree(terms);
  }

  /** What another process needs to go on with it. */
  get state(): { readonly terms: SessionTerms; readonly takesUpdate: boolean } {
    return { terms: this.#terms, takesUpdate: this.#takesUpdate };
  }

  /** What an INVITE or UPDATE of ours asks for: the same as before. */
  get asking(): HeaderList {
    return askedTerms(this.#terms.interval, this.#terms.refresher, this.#least);
  }

  /** The session was refreshed, by either side. @param terms null: from now on it does not expire (RFC 4028 §7.2). */
  agree(terms: SessionTerms | null): void {
    this.stop();
    if (!terms) return;
    this.#terms = terms;
    const length = terms.interval * 1000;
    this.#end = this.#dialog.core.clock.now() + length;
    if (terms.refresher === 'us') this.#in(length / 2, () => this.#refresh());
    else this.#in(length - Math.min(BYE_BEFORE, length / 3), () => this.#expire());
  }

  /** A 2xx to an INVITE or UPDATE of ours (RFC 4028 §7.2). */
  renew(headers: Headers): void {
    if (this.#dialog.state === 'confirmed') this.agree(termsAsClient(headers));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #in(delay: Ms, run: () => void): void {
    this.#timer = this.#dialog.core.clock.after(delay, run);
  }

  /** By UPDATE where the other side takes it, which needs no SDP; else by a re-INVITE with the owner's present offer. */
  #refresh(): void {
    const dialog = this.#dialog;
    const { events } = dialog;
    // Until an answer agrees on something, what counts is the end.
    this.#in(this.#end - dialog.core.clock.now(), () => this.#expire());
    if (this.#takesUpdate) {
      void dialog.request('UPDATE').then(response => this.#answered(response));
      return;
    }
    const offer = events.refreshing?.();
    if (!offer) return;
    void dialog.reinvite(offer).then(response => {
      if (response.status < 300 && dialog.state === 'confirmed') events.refreshed?.(response);
      this.#answered(response);
    });
  }

  /** A 2xx has been agreed on already, by the dialog. */
  #answered({ status, headers }: SipResponse): void {
    if (status < 300 || this.#dialog.state !== 'confirmed') return;
    if (status === 422) this.#least = minimumOf(headers);
    const left = this.#end - this.#dialog.core.clock.now();
    if (left <= AGAIN_AFTER) return;
    this.stop();
    this.#in(status === 422 ? 0 : AGAIN_AFTER, () => this.#refresh());
  }

  #expire(): void {
    const dialog = this.#dialog;
    if (dialog.state !== 'confirmed') return;
    dialog.bye([['Reason', 'SIP;cause=408;text="Session expired"']]);
    dialog.events.lost('session expired');
  }
}

/** @param headers of the message of theirs that made the dialog. */
const allowsUpdate = (headers: Headers): boolean =>
  headers.all('allow').some(method => method.toUpperCase() === 'UPDATE');

/** The founding INVITE of ours got its 2xx. */
export function startSession(dialog: SipDialog, { headers }: SipResponse): void {
  const terms = dialog.core.session === null ? null : termsAsClient(headers);
  if (terms && !dialog.session) dialog.session = new SessionTimer(dialog, terms, allowsUpdate(headers));
}

/**
 * An INVITE or UPDATE of theirs gets its 2xx in a confirmed dialog.
 * @returns what the 2xx says of the session.
 */
export function serveSession(dialog: SipDialog, { headers }: SipRequest): HeaderList {
  const ours = dialog.core.session;
  const agreed = ours === null ? null : termsAsServer(headers, ours);
  if (dialog.session) dialog.session.agree(agreed?.terms ?? null);
  else if (agreed) dialog.session = new SessionTimer(dialog, agreed.terms, allowsUpdate(headers));
  return agreed?.told ?? [];
}
