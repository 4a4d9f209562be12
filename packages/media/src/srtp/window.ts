/** Packets that may come late and still be told from those seen before (RFC 3711 §3.3.2). */
const SIZE = 128;
const WRAP = 0x1_0000;

/** Which packets of one source have been seen, and the rollover counter that its sequence numbers lack (RFC 3711 §3.3.1). */
export class ReplayWindow {
  /** Highest index seen; −1 before the first. */
  #highest = -1;
  readonly #seen = new Uint8Array(SIZE);

  /** The 48-bit index a sequence number most probably stands for. */
  indexOf(sequence: number): number {
    if (this.#highest < 0) return sequence;
    const last = this.#highest % WRAP;
    const rollover = this.#highest - last;
    if (sequence - last > WRAP / 2) return Math.max(0, rollover - WRAP) + sequence;
    if (last - sequence > WRAP / 2) return rollover + WRAP + sequence;
    return rollover + sequence;
  }

  /** Neither seen nor too old to know. */
  isNew(index: number): boolean {
    if (index > this.#highest) return true;
    return this.#highest - index < SIZE && this.#seen[index % SIZE] === 0;
  }

  /** Remembers a packet that was found authentic. */
  add(index: number): void {
    if (index > this.#highest) {
      const passed = Math.min(SIZE, index - this.#highest);
      for (let i = 1; i <= passed; i++) this.#seen[(index - passed + i) % SIZE] = 0;
      this.#highest = index;
    }
    this.#seen[index % SIZE] = 1;
  }
}
