import type { Ms, Timer } from '@kommutator/base';
import type { SipResponse } from '../message/types.ts';
import type { Peer } from '../transport/types.ts';
import type { Ground } from './ground.ts';
import { giveUpAfter, isReliable } from './timing.ts';
import type { Heir } from './tombstones.ts';

/** The core above an INVITE of ours. */
export interface InviteClientUser {
  provisional(response: SipResponse): void;
  /** The first 2xx. */
  success(response: SipResponse): void;
  /** Every later one, a repeat or another fork's, as long as they may come (RFC 6026 §7.2): all that is kept of the user. */
  readonly heir: Heir;
  /** 3xx–6xx, once. The transaction sends the ACK it gets here (RFC 3261 §17.1.1.3). */
  failure(response: SipResponse): void;
  /** The ACK for a 3xx–6xx. */
  acknowledgement(response: SipResponse): Uint8Array;
  /** Timer B, or the time set by {@link InviteClientTransaction.limit}, ran out, or the network refused the INVITE. */
  lost(why: 'timeout' | 'transport'): void;
}

type Input = SipResponse | 'A' | 'B' | 'transport';
type State = (t: InviteClientTransaction, input: Input) => void;

/** An INVITE of ours (RFC 3261 §17.1.1 with RFC 6026 §7.2). */
export class InviteClientTransaction {
  readonly ground: Ground;
  readonly key: string;
  readonly to: Peer;
  readonly user: InviteClientUser;
  /** The INVITE, until it needs no repeating. */
  bytes: Uint8Array | null;
  state: State = calling;
  interval: Ms;
  timerA: Timer | null = null;
  timerB: Timer | null = null;

  constructor(ground: Ground, key: string, bytes: Uint8Array, to: Peer, user: InviteClientUser) {
    this.ground = ground;
    this.key = key;
    this.bytes = bytes;
    this.to = to;
    this.user = user;
    this.interval = ground.timing.t1;
  }

  /** Sends the INVITE and starts Timers A and B (RFC 3261 §17.1.1.2). */
  start(): void {
    this.limit(giveUpAfter(this.ground.timing));
    if (!isReliable(this.to.protocol)) this.repeatIn(this.interval);
    this.send();
  }

  /** A provisional response came and the final one has not. */
  get proceeding(): boolean {
    return this.state === proceeding;
  }

  /** The network is gone. */
  fail(): void {
    this.state(this, 'transport');
  }

  receive(response: SipResponse): void {
    this.state(this, response);
  }

  /** From now on the final response may take `delay` ms (RFC 3261 §9.1: 64·T1 after CANCEL). */
  limit(delay: Ms): void {
    this.timerB?.cancel();
    this.timerB = this.ground.clock.after(delay, () => this.state(this, 'B'));
  }

  /** A repeat the network refused after a provisional answer means nothing: the INVITE has arrived. */
  refused(): void {
    if (this.state === calling) this.fail();
  }

  send(): void {
    if (this.bytes) this.ground.send(this.bytes, this.to, () => this.refused());
  }

  repeatIn(delay: Ms): void {
    this.timerA = this.ground.clock.after(delay, () => this.state(this, 'A'));
  }
}

/** Nothing heard yet: repeated after T1, 2·T1, 4·T1 … (RFC 3261 §17.1.1.2, "Calling"). */
function calling(t: InviteClientTransaction, input: Input): void {
  if (input === 'A') {
    t.interval *= 2;
    t.send();
    t.repeatIn(t.interval);
  } else if (typeof input === 'string') lose(t, input);
  else if (input.status >= 200) final(t, input);
  else {
    t.timerA?.cancel();
    t.timerB?.cancel();
    t.bytes = null;
    t.state = proceeding;
    t.user.provisional(input);
  }
}

/** Rings, for as long as the caller likes (RFC 3261 §17.1.1.2, "Proceeding"). */
function proceeding(t: InviteClientTransaction, input: Input): void {
  if (typeof input === 'object') {
    if (input.status >= 200) final(t, input);
    else t.user.provisional(input);
  } else if (input !== 'A') lose(t, input);
}

/**
 * A final response came. What follows is a tombstone: after a 2xx "Accepted", where Timer M lets other 2xx reach
 * the core (RFC 6026 §7.2); after another one "Completed", where Timer D repeats the ACK (RFC 3261 §17.1.1.2).
 */
function final(t: InviteClientTransaction, response: SipResponse): void {
  const { user } = t;
  const lifetime = giveUpAfter(t.ground.timing);
  if (response.status < 300) {
    finish(t, lifetime, null, user.heir);
    user.success(response);
    return;
  }
  const ack = user.acknowledgement(response);
  t.ground.send(ack, t.to);
  finish(t, isReliable(t.to.protocol) ? 0 : lifetime, ack);
  user.failure(response);
}

/** RFC 3261 §17.1.1.2, "Terminated". */
function terminated(): void {}

function lose(t: InviteClientTransaction, why: 'B' | 'transport'): void {
  finish(t);
  t.user.lost(why === 'B' ? 'timeout' : 'transport');
}

function finish(
  t: InviteClientTransaction,
  lifetime: Ms = 0,
  ack: Uint8Array | null = null,
  heir: Heir | null = null,
): void {
  t.timerA?.cancel();
  t.timerB?.cancel();
  t.bytes = null;
  t.state = terminated;
  t.ground.finishClient(t.key, lifetime, ack, t.to, heir);
}
