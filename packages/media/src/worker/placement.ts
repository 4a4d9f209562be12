import type { Ep } from '../protocol.ts';

/** A thread as placement sees it. */
export interface Load {
  readonly endpoints: number;
  /** 0…1. */
  readonly busy: number;
  /** Has endpoints of the domain that asks. */
  readonly home: boolean;
}

/** A thread busier than this gets no new endpoints while another is less busy. */
const FULL = 0.7;

/**
 * Endpoints of a domain share a thread, so that their calls need no line between threads, until it is 70 % busy;
 * then, and for a new domain, the thread with the fewest endpoints among those with room.
 * @returns index of the thread.
 */
export function place(threads: readonly Load[]): number {
  const room = threads.filter(t => t.busy < FULL);
  const [first] = [...room.filter(t => t.home), ...room.toSorted((a, b) => a.endpoints - b.endpoints)];
  const chosen = first ?? threads.toSorted((a, b) => a.busy - b.busy)[0];
  return chosen ? threads.indexOf(chosen) : 0;
}

/** Which endpoint is in which thread. */
export class Census {
  /** Endpoints of each thread. */
  readonly endpoints: number[];
  readonly #places = new Map<Ep, { readonly thread: number; readonly domain: string }>();
  /** Endpoints of a domain in each thread. */
  readonly #domains = new Map<string, number[]>();

  constructor(threads: number) {
    this.endpoints = Array<number>(threads).fill(0);
  }

  get size(): number {
    return this.#places.size;
  }

  all(): Ep[] {
    return [...this.#places.keys()];
  }

  in(thread: number): Ep[] {
    return [...this.#places].filter(([, at]) => at.thread === thread).map(([ep]) => ep);
  }

  threadOf(ep: Ep): number | undefined {
    return this.#places.get(ep)?.thread;
  }

  isHome(domain: string, thread: number): boolean {
    return (this.#domains.get(domain)?.[thread] ?? 0) > 0;
  }

  add(ep: Ep, domain: string, thread: number): void {
    this.remove(ep);
    this.#places.set(ep, { thread, domain });
    let counts = this.#domains.get(domain);
    if (!counts) {
      counts = this.endpoints.map(() => 0);
      this.#domains.set(domain, counts);
    }
    counts[thread] = (counts[thread] ?? 0) + 1;
    this.endpoints[thread] = (this.endpoints[thread] ?? 0) + 1;
  }

  remove(ep: Ep): void {
    const at = this.#places.get(ep);
    if (!at) return;
    this.#places.delete(ep);
    this.endpoints[at.thread] = (this.endpoints[at.thread] ?? 0) - 1;
    const counts = this.#domains.get(at.domain) ?? [];
    counts[at.thread] = (counts[at.thread] ?? 0) - 1;
    if (counts.every(count => count === 0)) this.#domains.delete(at.domain);
  }
}
