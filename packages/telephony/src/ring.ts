import type { Timer } from '@kommutator/base';
import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { UserId } from '@kommutator/model/ids';
import { alertWith, alertWithMedia } from './alert.ts';
import {
  type Attempt,
  type Dialled,
  type DialOptions,
  type InviteOrder,
  type Leg,
  LegEnded,
  type OutgoingLeg,
  type RingTarget,
} from './call.ts';
import type { LiveCall } from './live-call.ts';
import { failedBy, isCongested, type Missed, missedBy, resultOf, together } from './outcome.ts';
import { divertedNumber, type Path, pathTo } from './path.ts';
import { redirection } from './redirection.ts';
import { isTrunkFault } from './trunk-choice.ts';

/**
 * One target that rings: every device of a login at once, or the ways out to a number one after another.
 * It is one target whatever the number of INVITEs; the first 200 wins, the rest are cancelled (USR-42.5).
 */
export class Ring implements Attempt {
  readonly result: Promise<Dialled>;
  readonly #call: LiveCall;
  readonly #to: RingTarget;
  readonly #o: DialOptions;
  readonly #until: number;
  readonly #redirected: boolean;
  /** INVITEs under way, each with what it holds. */
  readonly #ringing = new Set<Leg>();
  readonly #followed = new Set<Ring>();
  #held: Disposable | null = null;
  #timer: Timer | null = null;
  #tried = false;
  #over = false;
  #answered = false;
  #resolve: (dialled: Dialled) => void = () => undefined;
  #reject: (ended: LegEnded) => void = () => undefined;

  /** @param redirected it follows a 302 already: no second one is followed (USR-42.11). */
  constructor(call: LiveCall, to: RingTarget, o: DialOptions, redirected = false) {
    this.#call = call;
    this.#to = to;
    this.#o = o;
    this.#redirected = redirected;
    const ringFor = Math.min(to.ringFor, o.limit?.left ?? Number.POSITIVE_INFINITY);
    this.#until = call.clock.now() + ringFor;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody may be waiting when the caller leaves: a rejection is no accident here.
    this.result.catch(() => undefined);
    this.#start(ringFor);
  }

  /** Somebody answered or picked up. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Pickup: the picker has the call, all that rings is cancelled. @returns false when it is over already. */
  take(picker: Leg): boolean {
    return this.#finish({ kind: 'answered', leg: picker, pickedUp: true }, CAUSES.elsewhere);
  }

  /** Cancels what rings, saying why. */
  stop(cause: Cause): void {
    this.#finish({ kind: 'failed', cause, tried: this.#tried }, cause);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop(CAUSES.cancelled);
  }

  #start(ringFor: number): void {
    const { for: waiting, signal } = this.#o;
    if (waiting?.endCause) this.#abandon(waiting, waiting.endCause);
    else if (signal?.aborted || ringFor <= 0) this.stop(CAUSES.noAnswer);
    else {
      const path = pathTo(this.#call, this.#to, this.#o);
      if ('skipped' in path) this.#skip(path);
      else this.#ring(path, ringFor);
    }
  }

  #ring(path: Path, ringFor: number): void {
    const { for: waiting, signal } = this.#o;
    this.#held = path.held;
    this.#timer = this.#call.clock.after(ringFor, () => this.#ringTimeOver());
    void waiting?.ended.then(cause => this.#abandon(waiting, cause));
    signal?.addEventListener('abort', this.#takenElsewhere, { once: true });
    this.#tried = true;
    this.#call.note({
      type: 'target.rang',
      ...this.#subject(),
      ...(this.#to.rule && { rule: this.#to.rule }),
    });
    this.#run(path).catch((error: unknown) => {
      this.#call.house.log.error({ call: this.#call.id, error: String(error) }, 'a target could not be rung');
      this.stop(CAUSES.systemEnd);
    });
  }

  async #run(path: Path): Promise<void> {
    let last: Missed = { kind: 'unavailable', cause: CAUSES.nobody, tried: true };
    for (const wave of path.waves) {
      const missed = await Promise.all(wave.map(to => this.#invite(path, to)));
      if (this.#over) return;
      last = missed.length === 1 && missed[0] ? missed[0] : together(missed);
      const nextMayDo = last.kind === 'failed' || isTrunkFault(last.cause.sip);
      if (!nextMayDo || isCongested(last)) break;
    }
    this.#finish(last, CAUSES.cancelled);
  }

  /** Sends one INVITE and waits for its end; an answer finishes the whole target. */
  async #invite(path: Path, to: InviteOrder['to']): Promise<Missed> {
    const call = this.#call;
    const { alert, for: waiting } = this.#o;
    const caller = alert?.[0] ?? waiting;
    const out = call.house.lines.invite({
      call,
      to,
      from: path.from,
      privacy: path.privacy,
      hops: path.hops,
      ...(path.divertedBy && { divertedBy: path.divertedBy }),
      ...(caller && { caller }),
    });
    call.adopt(out.leg, path.via);
    this.#ringing.add(out.leg);
    out.onEarlyMedia = () => this.#early(out);
    void out.alerting.then(() => this.#alerting());
    const result = await out.result;
    this.#ringing.delete(out.leg);
    if (result.kind === 'answered') {
      // An answer that comes too late is hung up already: the leg was among those that rang.
      this.#finish({ kind: 'answered', leg: out.leg, pickedUp: false }, CAUSES.elsewhere);
      return missedBy(CAUSES.elsewhere);
    }
    if (result.kind === 'failed') return failedBy(result.cause);
    return (await this.#follow(result.redirectedTo)) ?? missedBy(result.cause);
  }

  /** A 302 of a phone is followed once, to what its user may dial, for the rest of the ring time (USR-42.11). */
  async #follow(contacts: readonly string[] | undefined): Promise<Missed | null> {
    const to = this.#to;
    if (!contacts || this.#over || this.#redirected || to.kind !== 'devices') return null;
    const target = redirection(this.#call, to.user, contacts, this.#until - this.#call.clock.now());
    if (!target) return null;
    const divertedBy = { user: to.user, number: divertedNumber(this.#call, to.user) };
    const ring = new Ring(this.#call, target, { ...this.#o, divertedBy }, true);
    this.#followed.add(ring);
    const dialled = await ring.result.catch(() => null);
    if (dialled?.kind !== 'answered') return dialled;
    if (!this.#finish(dialled, CAUSES.elsewhere)) dialled.leg.hangup(CAUSES.elsewhere);
    return null;
  }

  #alerting(): void {
    if (!this.#over && this.#o.alert) alertWith(this.#o.alert);
  }

  #early(out: OutgoingLeg): void {
    if (!this.#over && this.#o.alert && this.#to.kind === 'number') alertWithMedia(this.#o.alert, out.leg);
  }

  #ringTimeOver(): void {
    this.#finish({ kind: 'noAnswer', cause: CAUSES.noAnswer, tried: true }, CAUSES.noAnswer);
  }

  readonly #takenElsewhere = () => this.stop(CAUSES.elsewhere);

  #skip({
    skipped,
    cause,
  }: {
    readonly skipped: NonNullable<Missed['skipped']>;
    readonly cause: Cause;
  }): void {
    this.#call.note({ type: 'target.skipped', ...this.#subject(), why: skipped });
    this.#finish({ kind: 'unavailable', cause, tried: false, skipped }, cause);
  }

  #abandon(waiting: Leg, cause: Cause): void {
    if (this.#over) return;
    const ended = new LegEnded(waiting, cause);
    this.#reject(ended);
    this.stop(CAUSES.cancelled);
  }

  /** Decides once. All that still rings is cancelled with `goodbye`. @returns false when it was decided before. */
  #finish(dialled: Dialled, goodbye: Cause): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer?.cancel();
    this.#o.signal?.removeEventListener('abort', this.#takenElsewhere);
    const winner = dialled.kind === 'answered' ? dialled.leg : null;
    for (const leg of this.#ringing) leg.hangup(goodbye);
    for (const ring of this.#followed) ring.stop(goodbye);
    this.#release(winner);
    this.#answered = winner !== null;
    if (this.#tried) this.#noteResult(dialled, goodbye);
    this.#resolve(dialled);
    return true;
  }

  /** Channel and money stay with an answered leg until it ends; a picker's leg costs nothing. */
  #release(winner: Leg | null): void {
    const free = () => this.#held?.[Symbol.dispose]();
    if (winner && winner.party.kind === 'pstn') void winner.ended.then(free);
    else free();
  }

  #noteResult(dialled: Dialled, goodbye: Cause): void {
    const cancelled = dialled.kind === 'failed' && dialled.cause === goodbye;
    this.#call.note({
      type: 'target.result',
      ...this.#subject(),
      result: cancelled ? 'cancelled' : resultOf(dialled),
      ...(dialled.kind !== 'answered' && { cause: dialled.cause }),
    });
  }

  #subject(): { readonly number: string; readonly user?: UserId } {
    const to = this.#to;
    if (to.kind === 'devices') return { number: to.user.extension, user: to.user.id };
    if (to.kind === 'uri') return { number: to.uri };
    return { number: to.number, ...(to.onBehalfOf && { user: to.onBehalfOf.id }) };
  }
}
