import type { Headers } from '@kommutator/sip';

/** No Max-Breadth is told as a larger one (RFC 5393 §5.3.1). */
const MOST = 1_000_000;

/**
 * How many INVITEs one that came may have under way at the same time (RFC 5393 §5.3). Each of ours says `Max-Breadth: 1`:
 * who gets it may try several places, one after the other. A caller who says nothing is not limited, and what we send then
 * says nothing either: no call of ours has more branches than its target has phones.
 */
export class Breadth {
  #left: number;

  constructor(breadth: number) {
    this.#left = breadth;
  }

  /** A branch begins. @returns false when there are as many as there may be. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }

  /** A branch is over. */
  give(): void {
    this.#left++;
  }
}

/** What a request says; null when nothing, or nothing that can be read. */
export function breadthOf(headers: Headers): number | null {
  const text = headers.get('Max-Breadth')?.trim() ?? '';
  return /^\d{1,10}$/.test(text) ? Math.min(Number(text), MOST) : null;
}
