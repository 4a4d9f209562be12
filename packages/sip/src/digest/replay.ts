/** Nonce counts seen of one nonce: the highest, and which of the 32 up to it. */
interface Seen {
  readonly issued: number;
  highest: number;
  window: number;
}

const WINDOW = 32;

/**
 * Refuses a nonce count used before (RFC 7616 §3.4 `nc`). Requests may overtake each other by up to 32 counts.
 * Memory is bounded: when too many nonces are in use, the oldest is forgotten, and with it every nonce not issued
 * later is refused from then on; its owner is challenged again, a replay never passes.
 */
export class ReplayGuard {
  readonly #capacity: number;
  readonly #seen = new Map<string, Seen>();
  #refusedUntil = Number.NEGATIVE_INFINITY;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#seen.size;
  }

  /**
   * Notes a use.
   * @param issued Unix ms the nonce was issued at
   * @param expired Unix ms; nonces issued earlier are dead and may be forgotten
   * @returns false when the count was used before, or may have been.
   */
  use(nonce: string, issued: number, count: number, expired: number): boolean {
    if (issued <= this.#refusedUntil) return false;
    const seen = this.#seen.get(nonce);
    if (!seen) {
      this.#makeRoom(expired);
      if (issued <= this.#refusedUntil) return false;
      // A copy: the nonce was cut out of a message, which must not live as long as the nonce.
      this.#seen.set(Buffer.from(nonce).toString('latin1'), { issued, highest: count, window: 1 });
      return true;
    }
    const ahead = count - seen.highest;
    if (ahead > 0) {
      seen.window = ahead < WINDOW ? (seen.window << ahead) | 1 : 1;
      seen.highest = count;
      return true;
    }
    const bit = 1 << -ahead;
    if (-ahead >= WINDOW || (seen.window & bit) !== 0) return false;
    seen.window |= bit;
    return true;
  }

  #makeRoom(expired: number): void {
    for (const [nonce, { issued }] of this.#seen) {
      if (issued >= expired && this.#seen.size < this.#capacity) return;
      this.#seen.delete(nonce);
      if (issued >= expired) this.#refusedUntil = Math.max(this.#refusedUntil, issued);
    }
  }
}
