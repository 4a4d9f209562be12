import { setImmediate } from 'node:timers/promises';
import { BaseClock, type Ms, type Timer } from './clock.ts';

interface Entry {
  readonly at: Ms;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it: a 27-minute ring takes no time. */
export class VirtualClock extends BaseClock {
  #now = 0;
  #order = 0;
  readonly #start: number;
  readonly #heap: Entry[] = [];
  readonly #cancelled = new Set<Entry>();

  /** @param start wall time at monotonic 0, as Unix ms or an ISO date. */
  constructor(start: number | string = '2021-03-24T08:30:00Z') {
    super();
    this.#start = typeof start === 'number' ? start : Date.parse(start);
  }

  now(): Ms {
    return this.#now;
  }

  wall(): number {
    return this.#start + this.#now;
  }

  get pending(): number {
    return this.#heap.length - this.#cancelled.size;
  }

  after(delay: Ms, run: () => void): Timer {
    let live = true;
    const entry: Entry = {
      at: this.#now + Math.max(0, delay),
      order: this.#order++,
      run: () => {
        live = false;
        run();
      },
    };
    push(this.#heap, entry);
    return {
      cancel: () => {
        if (!live) return;
        live = false;
        this.#cancelled.add(entry);
      },
    };
  }

  /** Moves time on by `delay` ms, running every timer on its way and letting promises settle in between. */
  async advance(delay: Ms): Promise<void> {
    const until = this.#now + delay;
    await this.settle();
    for (;;) {
      const next = this.#peek();
      if (!next || next.at > until) break;
      pop(this.#heap);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await this.settle();
    }
    this.#now = until;
  }

  /** Lets everything that waits on promises (not on time) run to a standstill. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  }

  #peek(): Entry | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (!top || !this.#cancelled.delete(top)) return top;
      pop(this.#heap);
    }
  }
}

const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Entry[], entry: Entry): void {
  let i = heap.push(entry) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(entry, heap[parent] as Entry)) break;
    heap[i] = heap[parent] as Entry;
    i = parent;
  }
  heap[i] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
    if (!before(heap[child] as Entry, last)) break;
    heap[i] = heap[child] as Entry;
    i = child;
  }
  heap[i] = last;
}
