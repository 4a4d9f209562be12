import type { DomainId } from '@kommutator/model/ids';
import type { Channels } from './ports.ts';

/** Channels of the domains of this node, counted in memory (BIL-36). A lowered limit never cuts a call. */
export class ChannelCounter implements Channels {
  readonly #used = new Map<DomainId, { incoming: number; outgoing: number }>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  used(domain: DomainId): { readonly incoming: number; readonly outgoing: number } {
    const used = this.#used.get(domain);
    return { incoming: used?.incoming ?? 0, outgoing: used?.outgoing ?? 0 };
  }

  /** @returns null when all `limit` channels are in use; an emergency call takes one above the limit. */
  take(
    domain: DomainId,
    way: 'incoming' | 'outgoing',
    limit: number,
    o?: { readonly emergency?: boolean },
  ): Disposable | null {
    const used = this.#used.get(domain) ?? { incoming: 0, outgoing: 0 };
    if (used[way] >= limit && !o?.emergency) return null;
    used[way]++;
    this.#total++;
    this.#used.set(domain, used);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        used[way]--;
        this.#total--;
        if (used.incoming === 0 && used.outgoing === 0 && this.#used.get(domain) === used)
          this.#used.delete(domain);
      },
    };
  }
}
