import type { Timer } from '@kommutator/base';
import { createResponse } from '../message/create.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { SipRequest, SipResponse } from '../message/types.ts';
import type { Body, HeaderList } from '../stack.ts';
import { clientKey } from '../transaction/incoming.ts';
import type { InviteClientTransaction, InviteClientUser } from '../transaction/invite-client.ts';
import { giveUpAfter } from '../transaction/timing.ts';
import { credentialsFor, judge } from './asking.ts';
import type { SipDialog } from './dialog.ts';
import { sendPrack, takeReliable } from './prack.ts';
import { SentAck } from './sent-ack.ts';

/** A re-INVITE somebody wants sent. */
export interface Invitation {
  readonly body: Body | null;
  readonly headers?: HeaderList;
  /** Body of the ACK to its 2xx. */
  readonly ack?: (response: SipResponse) => Body | null;
}

interface Wish extends Invitation {
  readonly resolve: (response: SipResponse) => void;
  /** How often the other side said 491. */
  refused: number;
  /** Answer to a challenge: given once. */
  credentials: HeaderList[number] | null;
}

/** After so many 491 in a row the owner is told: both sides insist. */
const MOST_GLARES = 5;

/** A re-INVITE that rings for longer is given up, as a proxy would (RFC 3261 §16.6 Timer C). */
const TIMER_C = 180_000;

/** The re-INVITEs of our side of a dialog: one at a time, and none while the other side has one (RFC 3261 §14.1). */
export class Invitations {
  readonly #dialog: SipDialog;
  readonly #wishes: Wish[] = [];
  #current: Attempt | null = null;
  #again: Timer | null = null;

  constructor(dialog: SipDialog) {
    this.#dialog = dialog;
  }

  get busy(): boolean {
    return this.#current !== null;
  }

  /** Sends it as soon as it may be. Resolves with the final response; 481 when the dialog ends before. */
  ask(invitation: Invitation): Promise<SipResponse> {
    return new Promise(resolve => {
      this.#wishes.push({ ...invitation, resolve, refused: 0, credentials: null });
      if (this.#dialog.state === 'ended') this.close();
      else this.go();
    });
  }

  /** Sends the next one if nothing is in its way. */
  go(): void {
    if (this.#current || this.#again || !this.#dialog.quiet) return;
    const wish = this.#wishes.shift();
    if (wish)
      this.#current = new Attempt(this.#dialog, wish, (response, request) =>
        this.#over(wish, response, request),
      );
  }

  /** The dialog is over. */
  close(): void {
    this.#again?.cancel();
    this.#again = null;
    this.#current?.leave();
    this.#current = null;
    for (const wish of this.#wishes.splice(0)) {
      wish.resolve(createResponse(this.#dialog.compose('INVITE', {}).request, 481));
    }
  }

  #over(wish: Wish, response: SipResponse, request: SipRequest): void {
    this.#current = null;
    if (response.status === 491 && this.#dialog.state === 'confirmed' && ++wish.refused < MOST_GLARES) {
      this.#wishes.unshift(wish);
      this.#again = this.#dialog.core.clock.after(this.#delay(), () => {
        this.#again = null;
        this.go();
      });
      return;
    }
    if (this.#authorised(wish, response, request)) this.#wishes.unshift(wish);
    else wish.resolve(response);
    this.go();
  }

  /** A challenge that can be answered: the re-INVITE goes out once more (RFC 3261 §22.2). */
  #authorised(wish: Wish, response: SipResponse, request: SipRequest): boolean {
    if (wish.credentials || this.#dialog.state !== 'confirmed') return false;
    wish.credentials = credentialsFor(this.#dialog, response, request);
    return wish.credentials !== null;
  }

  /** RFC 3261 §14.1: 2.1–4 s for the side that chose the Call-ID, 0–2 s for the other, in steps of 10 ms. */
  #delay(): number {
    const { side, core } = this.#dialog;
    const random = core.composer.random();
    return side === 'uac' ? 2100 + 10 * Math.floor(random * 191) : 10 * Math.floor(random * 201);
  }
}

/** One re-INVITE under way. */
class Attempt implements InviteClientUser {
  readonly heir: SentAck;
  readonly #dialog: SipDialog;
  readonly #wish: Wish;
  readonly #over: (response: SipResponse, request: SipRequest) => void;
  readonly #request: SipRequest;
  readonly #sequence: number;
  readonly #transaction: InviteClientTransaction;
  #settled = false;
  #bounded = false;
  /** An offer of theirs came in a reliable provisional response, and its answer went with the PRACK. */
  #described = false;

  constructor(dialog: SipDialog, wish: Wish, over: (response: SipResponse, request: SipRequest) => void) {
    this.#dialog = dialog;
    this.heir = new SentAck(dialog.core, dialog.remoteTag);
    this.#wish = wish;
    this.#over = over;
    const { request, branch, sequence } = dialog.compose('INVITE', {
      headers: wish.credentials ? [...(wish.headers ?? []), wish.credentials] : wish.headers,
      body: wish.body ?? undefined,
    });
    this.#request = request;
    this.#sequence = sequence;
    const key = clientKey(branch, 'INVITE');
    this.#transaction = dialog.core.table.invite(key, serializeMessage(request), dialog.peer, this);
  }

  provisional(response: SipResponse): void {
    if (!this.#settled) this.#transaction.limit(TIMER_C);
    else this.#bound();
    const dialog = this.#dialog;
    if (dialog.state === 'ended' || takeReliable(dialog, response, this.#sequence) !== 'new') return;
    // The first description that comes reliably answers our offer, or is the offer we asked for (RFC 3262 §5).
    const offered = this.#wish.body === null && !this.#described && response.body.length > 0;
    if (offered) this.#described = true;
    sendPrack(dialog, offered ? (this.#wish.ack?.(response) ?? null) : null);
  }

  success(response: SipResponse): void {
    const dialog = this.#dialog;
    dialog.refresh(response);
    const body = this.#settled || this.#described ? null : this.#wish.ack?.(response);
    this.heir.send(dialog.ack(this.#sequence, body ?? undefined), dialog.peer);
    this.#settle(response);
  }

  acknowledgement(response: SipResponse): Uint8Array {
    return serializeMessage(this.#dialog.core.composer.failureAck(this.#request, response));
  }

  failure(response: SipResponse): void {
    judge(this.#dialog, response);
    this.#settle(response);
  }

  lost(why: 'timeout' | 'transport'): void {
    judge(this.#dialog, why);
    this.#settle(createResponse(this.#request, why === 'timeout' ? 408 : 503));
  }

  /** The dialog ended: the owner learns 481, the transaction has 64·T1 to come to its end. */
  leave(): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#transaction.proceeding) this.#bound();
    this.#wish.resolve(createResponse(this.#request, 481));
  }

  /** Nobody waits for the answer; it has its last 64·T1, which no further provisional response prolongs. */
  #bound(): void {
    if (this.#bounded) return;
    this.#bounded = true;
    this.#transaction.limit(giveUpAfter(this.#dialog.core.timing));
  }

  #settle(response: SipResponse): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#over(response, this.#request);
  }
}
