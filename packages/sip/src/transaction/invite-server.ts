import type { Ms, Timer } from '@kommutator/base';
import type { SipRequest } from '../message/types.ts';
import type { Ground, ReplyPeer, ResponseOut } from './ground.ts';
import { giveUpAfter, isReliable } from './timing.ts';

/** A response to send, a repeat of the INVITE, its ACK, or a timer. */
type Input = ResponseOut | 'repeat' | 'ACK' | 'G' | 'H';
type State = (t: InviteServerTransaction, input: Input) => void;

/** Who answers an INVITE. */
export interface InviteOwner {
  /** Tag for the answer to a CANCEL, '' inside a dialog (RFC 3261 §9.2). */
  readonly localTag: string;
  /** CANCEL came in time; its 200 has been sent. */
  cancel(request: SipRequest): void;
}

/** An INVITE received (RFC 3261 §17.2.1 with RFC 6026 §7.1). The 2xx is repeated by the core, not here. */
export class InviteServerTransaction {
  readonly ground: Ground;
  readonly key: string;
  /** Second key, by which a merged INVITE is known (RFC 3261 §8.2.2.2). */
  readonly merge: string | null;
  readonly to: ReplyPeer;
  state: State = proceeding;
  /** The last response sent. */
  bytes: Uint8Array | null = null;
  interval: Ms;
  /** The core above, for CANCEL. */
  owner: InviteOwner | null = null;
  timerG: Timer | null = null;
  timerH: Timer | null = null;

  constructor(ground: Ground, key: string, merge: string | null, to: ReplyPeer) {
    this.ground = ground;
    this.key = key;
    this.merge = merge;
    this.to = to;
    this.interval = ground.timing.t1;
  }

  /** No final response has been sent. */
  get open(): boolean {
    return this.state === proceeding;
  }

  /** @param once a refusal that is not repeated, nor remembered. */
  respond(status: number, bytes: Uint8Array, once = false): void {
    this.state(this, { status, bytes, once });
  }

  /** The INVITE came again. */
  repeat(): void {
    this.state(this, 'repeat');
  }

  acknowledge(): void {
    this.state(this, 'ACK');
  }

  /** Ends it without a word to anyone. */
  abandon(): void {
    if (this.state !== terminated) finish(this, 0);
  }

  repeatIn(delay: Ms): void {
    this.timerG = this.ground.clock.after(delay, () => this.state(this, 'G'));
  }
}

/** Ringing: a repeat gets the last provisional response again (RFC 3261 §17.2.1, "Proceeding"). */
function proceeding(t: InviteServerTransaction, input: Input): void {
  if (input === 'repeat') {
    if (t.bytes) t.ground.reply(t.bytes, t.to);
  } else if (typeof input === 'object') {
    t.ground.reply(input.bytes, t.to);
    t.bytes = input.bytes;
    if (input.status >= 300) refuse(t, input.once);
    else if (input.status >= 200) accept(t);
  }
}

function refuse(t: InviteServerTransaction, once: boolean): void {
  if (once) {
    finish(t, 0);
    return;
  }
  const { clock, timing } = t.ground;
  t.state = completed;
  // The INVITE itself, and the call it might have been, are not needed while the refusal waits for its ACK.
  t.owner = t.owner && { localTag: t.owner.localTag, cancel: () => {} };
  if (!isReliable(t.to.protocol)) t.repeatIn(t.interval);
  t.timerH = clock.after(giveUpAfter(timing), () => t.state(t, 'H'));
}

/**
 * "Accepted" is a tombstone for Timer L that swallows repeats; without it a late repeat would be a new call
 * (RFC 6026 §7.1).
 */
function accept(t: InviteServerTransaction): void {
  finish(t, giveUpAfter(t.ground.timing));
}

/** Refused; the final response is repeated until ACK (RFC 3261 §17.2.1, "Completed"). */
function completed(t: InviteServerTransaction, input: Input): void {
  if (input === 'ACK') {
    // "Confirmed" is a tombstone for Timer I that swallows what is still under way.
    finish(t, isReliable(t.to.protocol) ? 0 : t.ground.timing.t4);
  } else if (input === 'H') finish(t, 0);
  else if (input === 'G' || input === 'repeat') {
    if (t.bytes) t.ground.reply(t.bytes, t.to);
    if (input === 'repeat') return;
    t.interval = Math.min(t.interval * 2, t.ground.timing.t2);
    t.repeatIn(t.interval);
  }
}

/** RFC 3261 §17.2.1, "Terminated". */
function terminated(): void {}

function finish(t: InviteServerTransaction, lifetime: Ms): void {
  t.timerG?.cancel();
  t.timerH?.cancel();
  t.bytes = null;
  t.state = terminated;
  t.ground.finishServer(t.key, t.merge, lifetime);
}
