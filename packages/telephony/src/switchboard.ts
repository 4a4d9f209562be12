import { CAUSES } from '@kommutator/model/cause';
import { dialPlan } from '@kommutator/model/dialplan';
import type { Arrival } from './call.ts';
import { incoming } from './flows/incoming.ts';
import { outgoing } from './flows/outgoing.ts';
import type { House } from './house.ts';

/** Where arrivals become calls: chooses the flow, keeps the door under overload and while draining. */
export class Switchboard {
  readonly #house: House;
  readonly #running = new Set<Promise<void>>();
  #overload = false;
  #draining = false;

  constructor(house: House) {
    this.#house = house;
  }

  /** While on, a new call gets 503 before any work; emergency calls and what goes on already pass (DESIGN §2). */
  setOverload(on: boolean): void {
    this.#overload = on;
  }

  /** A call that wants to be treated; returns at once. */
  arrive(arrival: Arrival): void {
    if ((this.#overload || this.#draining) && !isEmergency(this.#house, arrival)) {
      arrival.leg.hangup(CAUSES.overload);
      return;
    }
    const task = this.#treat(arrival);
    this.#running.add(task);
    void task.finally(() => this.#running.delete(task));
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

  /** Takes no new calls and resolves when those that go on are over. */
  async drain(): Promise<void> {
    this.#draining = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

function isEmergency({ directory }: House, { from, config, dialled }: Arrival): boolean {
  return from.kind === 'user' && dialPlan(config, from.user, dialled, directory).kind === 'emergency';
}
