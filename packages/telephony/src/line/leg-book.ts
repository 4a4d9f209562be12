import type { TrunkId } from '@kommutator/model/ids';
import type { Leg } from '../call.ts';

/** All legs of this line, and how many each trunk carries. */
export class LegBook<L extends Leg = Leg> {
  readonly #legs = new Set<L>();
  readonly #perTrunk = new Map<TrunkId, number>();

  get size(): number {
    return this.#legs.size;
  }

  add(leg: L): void {
    this.#legs.add(leg);
    this.#count(leg, 1);
  }

  delete(leg: L): void {
    if (this.#legs.delete(leg)) this.#count(leg, -1);
  }

  onTrunk(trunk: TrunkId): number {
    return this.#perTrunk.get(trunk) ?? 0;
  }

  [Symbol.iterator](): Iterator<L> {
    return this.#legs.values();
  }

  #count(leg: L, by: 1 | -1): void {
    const { trunk } = leg.party;
    if (trunk === undefined) return;
    const calls = this.onTrunk(trunk) + by;
    if (calls > 0) this.#perTrunk.set(trunk, calls);
    else this.#perTrunk.delete(trunk);
  }
}
