import type { CallEvent } from '@kommutator/model/events';
import type { CallId, LegId } from '@kommutator/model/ids';

export interface Whose {
  readonly call: CallId;
  readonly leg: LegId;
}

/** A leg's last messages are seen after its end: two sweeps later it is forgotten. */
export class Correlation {
  readonly #live = new Map<string, Whose>();
  readonly #bySip = new Map<LegId, string>();
  #ended = new Map<string, Whose>();
  #forgotten = new Map<string, Whose>();

  /** @param event of the journal of `call`. */
  told(call: CallId, event: CallEvent): void {
    if (event.type === 'leg.started') {
      this.#live.set(event.sipCallId, { call, leg: event.leg });
      this.#bySip.set(event.leg, event.sipCallId);
    } else if (event.type === 'leg.ended') {
      const sipCallId = this.#bySip.get(event.leg);
      const whose = sipCallId === undefined ? undefined : this.#live.get(sipCallId);
      if (sipCallId === undefined || !whose) return;
      this.#bySip.delete(event.leg);
      this.#live.delete(sipCallId);
      this.#ended.set(sipCallId, whose);
    }
  }

  /** Whose messages carry this Call-ID. */
  of(sipCallId: string): Whose | undefined {
    return this.#live.get(sipCallId) ?? this.#ended.get(sipCallId) ?? this.#forgotten.get(sipCallId);
  }

  /** Legs that had ended before the last sweep are forgotten. */
  sweep(): void {
    this.#forgotten = this.#ended;
    this.#ended = new Map();
  }

  get size(): number {
    return this.#live.size + this.#ended.size + this.#forgotten.size;
  }
}
