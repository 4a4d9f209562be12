import type { Ep, Living } from '@kommutator/media';
import { CAUSES } from '@kommutator/model/cause';
import type { CallId } from '@kommutator/model/ids';
import type { Arrival } from './call.ts';
import { incoming } from './flows/incoming.ts';
import { outgoing } from './flows/outgoing.ts';
import type { House } from './house.ts';
import type { LineSide } from './line/lines.ts';
import type { LeftLeg } from './projections/left.ts';
import { type LeftCall, resumeTalk, talkOf } from './resume.ts';

/** Where arrivals become calls: chooses the flow and knows what runs. */
export class Switchboard {
  readonly #house: House;
  readonly #line: Pick<LineSide, 'adopt' | 'release'>;
  readonly #running = new Set<Promise<void>>();

  constructor(house: House, line: Pick<LineSide, 'adopt' | 'release'>) {
    this.#house = house;
    this.#line = line;
  }

  /** A call that wants to be treated; returns at once. */
  arrive(arrival: Arrival): void {
    this.#run(this.#treat(arrival));
  }

  /** Goes on with the talks an earlier process left; ends its other calls towards their phones. Returns at once. */
  resume(
    left: readonly LeftCall[],
    living: readonly Living[],
  ): { readonly calls: ReadonlySet<CallId>; readonly endpoints: ReadonlySet<Ep> } {
    const endpoints = new Map(living.map(each => [String(each.ep), each]));
    const [calls, kept] = [new Set<CallId>(), new Set<Ep>()];
    for (const call of left) {
      const legs = this.#resume(call, endpoints);
      if (legs.length > 0) calls.add(call.call);
      else for (const leg of call.left.legs) this.#line.release(leg);
      for (const { started } of legs) kept.add(String(started.leg) as Ep);
    }
    return { calls, endpoints: kept };
  }

  /** @returns the legs that go on; none when the call cannot. */
  #resume(o: LeftCall, endpoints: ReadonlyMap<string, Living>): readonly LeftLeg[] {
    const talk = talkOf(o, this.#house);
    const [first, second] = [talk?.caller, talk?.target].map(leg => leg && endpoints.get(leg.started.leg));
    if (!talk || !first || !second) return [];
    const caller = this.#line.adopt(talk.caller, talk.config, first);
    const target = caller && this.#line.adopt(talk.target, talk.config, second);
    if (!caller) return [];
    if (!target) {
      caller.hangup(CAUSES.systemEnd);
      return [];
    }
    this.#run(resumeTalk(this.#house, o, talk.arrivalOf(caller), target));
    return [talk.caller, talk.target];
  }

  #run(task: Promise<void>): void {
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
