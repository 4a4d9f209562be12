import type { Ms, Timer } from '@kommutator/base';
import type { ClipId } from '@kommutator/media';
import type { Leg } from './call.ts';
import type { LiveCall } from './live-call.ts';

/** ADM-28.4 (D). A phone on hold need not send anything: nothing else tells that it is gone. */
const LIMIT_MS: Ms = 30 * 60_000;
const MUSIC = { loop: 'melody:hold' as ClipId };

/**
 * Lets one side of a talk hear the other, and our music while the other holds (ADM-28.3). The phone's own SDP is
 * answered by the line; nothing is asked of the side that waits.
 */
export class Hearing implements Disposable {
  readonly #call: LiveCall;
  readonly #listener: Leg;
  readonly #speaker: Leg;
  readonly #forgotten: () => void;
  #limit: Timer | null = null;

  /**
   * @param o.forgotten the listener has been on hold for 30 min.
   * @param o.resumed the journal knows whether the speaker holds.
   */
  constructor(
    call: LiveCall,
    listener: Leg,
    speaker: Leg,
    o: { readonly forgotten: () => void; readonly resumed: boolean },
  ) {
    this.#call = call;
    this.#listener = listener;
    this.#speaker = speaker;
    this.#forgotten = o.forgotten;
    speaker.onHold = () => (speaker.holds ? this.#wait(true) : this.#release());
    if (speaker.holds) this.#wait(!o.resumed);
    else listener.hearLeg(speaker);
  }

  [Symbol.dispose](): void {
    this.#speaker.onHold = () => undefined;
    this.#limit?.cancel();
  }

  #wait(noted: boolean): void {
    if (noted) this.#call.note({ type: 'hold.started', leg: this.#speaker.id });
    this.#listener.hear(MUSIC);
    this.#limit = this.#call.clock.after(LIMIT_MS, this.#forgotten);
  }

  #release(): void {
    this.#call.note({ type: 'hold.ended', leg: this.#speaker.id });
    this.#listener.hearLeg(this.#speaker);
    this.#limit?.cancel();
  }
}
