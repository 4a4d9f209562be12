import type { Clock, Ms, Timer } from '@kommutator/base';

/** What waits in an {@link ExpiryQueue}. `deadline` is monotonic ms; `queuedAt` belongs to the queue. */
export interface Expiring {
  deadline: Ms;
  queuedAt: Ms | null;
}

interface Entry<T> {
  readonly at: Ms;
  readonly item: T;
}

/**
 * Deadlines of very many things on one timer. Putting a deadline off – what nearly every REGISTER does – costs
 * nothing: the old entry comes up early and is put back.
 */
export class ExpiryQueue<T extends Expiring> {
  readonly #clock: Clock;
  readonly #expired: (item: T) => void;
  readonly #heap: Entry<T>[] = [];
  #live = 0;
  #timer: Timer | null = null;
  #timerAt: Ms = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, expired: (item: T) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  get size(): number {
    return this.#live;
  }

  /** Call after `deadline` was set for the first time or changed. */
  put(item: T): void {
    if (item.queuedAt === null) this.#live++;
    else if (item.queuedAt <= item.deadline) return;
    item.queuedAt = item.deadline;
    this.#push({ at: item.deadline, item });
    this.#arm();
  }

  remove(item: T): void {
    if (item.queuedAt === null) return;
    item.queuedAt = null;
    this.#live--;
    if (this.#live === 0) this.clear();
  }

  /** Forgets everything; nothing expires any more. */
  clear(): void {
    for (const { item } of this.#heap) item.queuedAt = null;
    this.#heap.length = 0;
    this.#live = 0;
    this.#disarm();
  }

  #run(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let top = this.#heap[0]; top && top.at <= now; top = this.#heap[0]) {
      this.#pop();
      const { item } = top;
      if (item.queuedAt !== top.at) continue; // removed, or brought forward
      if (item.deadline > now) {
        item.queuedAt = item.deadline;
        this.#push({ at: item.deadline, item });
        continue;
      }
      item.queuedAt = null;
      this.#live--;
      this.#expired(item);
    }
    if (this.#live === 0) this.clear();
    else this.#arm();
  }

  #arm(): void {
    const top = this.#heap[0];
    if (!top) {
      this.#disarm();
      return;
    }
    if (this.#timerAt <= top.at) return;
    this.#disarm();
    this.#timerAt = top.at;
    this.#timer = this.#clock.after(Math.max(0, top.at - this.#clock.now()), () => this.#run());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= entry.at) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (least && right && right.at < least.at) {
        child++;
        least = right;
      }
      if (!least || least.at >= last.at) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = last;
  }
}
