import { CAUSES } from '@kommutator/model/cause';
import type { Arrival } from './call.ts';
import { incoming } from './flows/incoming.ts';
import { outgoing } from './flows/outgoing.ts';
import type { House } from './house.ts';

/** Where arrivals become calls: chooses the flow and knows what runs. */
export class Switchboard {
  readonly #house: House;
  readonly #running = new Set<Promise<void>>();

  constructor(house: House) {
    this.#house = house;
  }

  /** A call that wants to be treated; returns at once. */
  arrive(arrival: Arrival): void {
    const task = this.#treat(arrival);
    this.#running.add(task);
    void task.finally(() => this.#running.delete(task));
  }

  /** Resolves when no call goes on. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Never rejects: what breaks before a call has begun is logged, and the caller gets 500. */
  async #treat(arrival: Arrival): Promise<void> {
    const { from, leg } = arrival;
    try {
      await (from.kind === 'user'
        ? outgoing(this.#house, arrival, from.user)
        : incoming(this.#house, arrival));
    } catch (error) {
      this.#house.log.error({ leg: leg.id, error: String(error) }, 'an arrival could not be treated');
      leg.hangup(CAUSES.systemEnd);
    }
  }
}
