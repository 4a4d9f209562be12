import type { Ms, Timer } from '@kommutator/base';
import type { SipResponse } from '../message/types.ts';
import type { Peer } from '../transport/types.ts';
import type { Ground } from './ground.ts';
import { giveUpAfter, isReliable } from './timing.ts';

/** Who waits for the end of a non-INVITE request. Called once. */
export type ClientUser = (outcome: SipResponse | 'timeout' | 'transport') => void;

type Input = SipResponse | 'E' | 'F' | 'transport';
type State = (t: ClientTransaction, input: Input) => void;

/** A non-INVITE request of ours (RFC 3261 §17.1.2). */
export class ClientTransaction {
  readonly ground: Ground;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly to: Peer;
  readonly user: ClientUser;
  state: State = trying;
  interval: Ms;
  timerE: Timer | null = null;
  timerF: Timer | null = null;

  constructor(ground: Ground, key: string, bytes: Uint8Array, to: Peer, user: ClientUser) {
    this.ground = ground;
    this.key = key;
    this.bytes = bytes;
    this.to = to;
    this.user = user;
    this.interval = ground.timing.t1;
  }

  /** Sends the request and starts Timers E and F (RFC 3261 §17.1.2.2). */
  start(): void {
    const { clock, timing } = this.ground;
    this.timerF = clock.after(giveUpAfter(timing), () => this.state(this, 'F'));
    if (!isReliable(this.to.protocol)) this.repeatIn(this.interval);
    this.send();
  }

  /** The network is gone. */
  fail(): void {
    this.state(this, 'transport');
  }

  receive(response: SipResponse): void {
    this.state(this, response);
  }

  /** A provisional response came and the final one has not. */
  get proceeding(): boolean {
    return this.state === proceeding;
  }

  /** Nobody waits any more: no repeats, and the answer is not reported. */
  abandon(): void {
    if (this.state !== terminated) finish(this);
  }

  send(): void {
    this.ground.send(this.bytes, this.to, () => this.state(this, 'transport'));
  }

  repeatIn(delay: Ms): void {
    this.timerE = this.ground.clock.after(delay, () => this.state(this, 'E'));
  }
}

/** Nothing heard yet (RFC 3261 §17.1.2.2, "Trying"). */
function trying(t: ClientTransaction, input: Input): void {
  if (input === 'E') {
    t.interval = Math.min(t.interval * 2, t.ground.timing.t2);
    t.send();
    t.repeatIn(t.interval);
  } else if (typeof input === 'object' && input.status < 200) t.state = proceeding;
  else complete(t, input);
}

/** A provisional response came: repeats go on every T2 (RFC 3261 §17.1.2.2, "Proceeding"). */
function proceeding(t: ClientTransaction, input: Input): void {
  if (input === 'E') {
    t.send();
    t.repeatIn(t.ground.timing.t2);
  } else if (typeof input === 'string' || input.status >= 200) complete(t, input);
}

/**
 * RFC 3261 §17.1.2.2, "Completed" with Timer K, and "Terminated". Completed only swallows repeated responses,
 * and a response nobody waits for is dropped anyway: nothing needs to stay.
 */
function terminated(): void {}

function complete(t: ClientTransaction, input: Exclude<Input, 'E'>): void {
  finish(t);
  t.user(input === 'F' ? 'timeout' : input);
}

function finish(t: ClientTransaction): void {
  t.timerE?.cancel();
  t.timerF?.cancel();
  t.state = terminated;
  t.ground.finishClient(t.key, 0);
}
