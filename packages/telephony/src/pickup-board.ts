import type { DomainId, UserId } from '@kommutator/model/ids';
import type { Leg } from './call.ts';
import type { LiveCall } from './live-call.ts';

/** A call that rings for a user now: from the moment it reached him until his scenario is over. */
export interface RingingCall extends Disposable {
  readonly call: LiveCall;
  readonly user: UserId;
  /** Gives the caller to `picker`; false when somebody answered in the same moment. Set while something rings. */
  take: ((picker: Leg) => boolean) | null;
}

/** What rings in each domain, the longest first: what a colleague may pick up (USR-20). */
export class PickupBoard {
  readonly #domains = new Map<DomainId, Set<RingingCall>>();

  /** All calls that ring; zero when nothing goes on. */
  get size(): number {
    let size = 0;
    for (const ringing of this.#domains.values()) size += ringing.size;
    return size;
  }

  /** The call reached the user; disposing takes it off the board. */
  put(call: LiveCall, user: UserId): RingingCall {
    const domain = call.config.id;
    const entry: RingingCall = {
      call,
      user,
      take: null,
      [Symbol.dispose]: () => {
        const here = this.#domains.get(domain);
        if (here?.delete(entry) && here.size === 0) this.#domains.delete(domain);
      },
    };
    const here = this.#domains.get(domain) ?? new Set();
    this.#domains.set(domain, here.add(entry));
    return entry;
  }

  /** In the order in which the calls reached their users. */
  *of(domain: DomainId): Iterable<RingingCall> {
    yield* this.#domains.get(domain) ?? [];
  }
}
