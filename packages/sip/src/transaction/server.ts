import type { Ground, ReplyPeer, ResponseOut } from './ground.ts';
import { giveUpAfter, isReliable } from './timing.ts';

/** A response to send, or a repeat of the request. */
type Input = ResponseOut | 'repeat';
type State = (t: ServerTransactionMachine, input: Input) => void;

/** A request that is not INVITE (RFC 3261 §17.2.2). */
export class ServerTransactionMachine {
  readonly ground: Ground;
  readonly key: string;
  /** Second key, by which a merged request is known (RFC 3261 §8.2.2.2). */
  readonly merge: string | null;
  readonly to: ReplyPeer;
  state: State = trying;
  /** The last response sent. */
  bytes: Uint8Array | null = null;

  constructor(ground: Ground, key: string, merge: string | null, to: ReplyPeer) {
    this.ground = ground;
    this.key = key;
    this.merge = merge;
    this.to = to;
  }

  /** The final response has been sent. */
  get answered(): boolean {
    return this.state === terminated;
  }

  /** @param once a refusal that is not remembered: a repeat of the request is a new one. */
  respond(status: number, bytes: Uint8Array, once = false): void {
    this.state(this, { status, bytes, once });
  }

  /** Ends it without a word to anyone. */
  abandon(): void {
    this.state = terminated;
    this.ground.finishServer(this.key, this.merge, 0);
  }

  /** The request came again. */
  repeat(): void {
    this.state(this, 'repeat');
  }
}

/** Being worked on: repeats are swallowed (RFC 3261 §17.2.2, "Trying"). */
function trying(t: ServerTransactionMachine, input: Input): void {
  if (input !== 'repeat') answer(t, input);
}

/** A provisional response was sent; a repeat gets it again (RFC 3261 §17.2.2, "Proceeding"). */
function proceeding(t: ServerTransactionMachine, input: Input): void {
  if (input !== 'repeat') answer(t, input);
  else if (t.bytes) t.ground.reply(t.bytes, t.to);
}

/** "Completed" is a tombstone for Timer J, which answers repeats with the same bytes (RFC 3261 §17.2.2). */
function terminated(): void {}

function answer(t: ServerTransactionMachine, input: Exclude<Input, 'repeat'>): void {
  const { ground, to } = t;
  ground.reply(input.bytes, to);
  if (input.status < 200) {
    t.bytes = input.bytes;
    t.state = proceeding;
    return;
  }
  t.state = terminated;
  t.bytes = null;
  const timerJ = input.once || isReliable(to.protocol) ? 0 : giveUpAfter(ground.timing);
  ground.finishServer(t.key, t.merge, timerJ, input.bytes);
}
