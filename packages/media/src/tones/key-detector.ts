import { linearOf, SAMPLES_PER_MS } from '../codec/g711.ts';
import type { CodecName, Key } from '../protocol.ts';

/** Samples judged at once (12.75 ms): each of the eight frequencies falls into a lobe of its own. */
const WINDOW = 102;
/** Windows overlap by half, so that a tone is seen at most 17 ms after it began. */
const HOP = WINDOW / 2;
const RATE = 1_000 * SAMPLES_PER_MS;

/** Windows in a row that make a key: 28…35 ms of tone. ITU-T Q.24: 40 ms must be heard, 20 ms must not. */
const CONFIRMED = 4;
/** Windows without it that end a key: Q.24 wants a break of 10 ms bridged and a pause of 40 ms seen. */
const ENDED = 5;

/** Weakest tone, −33 dBm0; Q.24 asks for −25 (a full-scale sine of +3.14 dBm0 peaks at 32 256). */
const WEAKEST = 32_256 * 10 ** (-36.14 / 20);
const LEAST_POWER = (WEAKEST * WINDOW) ** 2 / 4;
/** The stronger of the two by at most so much, as power: Q.24 asks for 8 dB (column) and 4 dB (row), and the stronger leaks into the weaker. */
const COLUMN_ABOVE_ROW = 10 ** 1.2;
const ROW_ABOVE_COLUMN = 10 ** 0.7;
/** A tone above its neighbours in its own group by 7 dB: the other group leaks into them. */
const ABOVE_OTHERS = 10 ** 0.7;
/** Share of the whole energy in the two tones: speech has more beside them. */
const PURE = 0.72;
/** How far a tone may be off: Q.24 asks for 1.5 % + 2 Hz and refuses 3.5 %. */
const OFF = 0.025;

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1_209, 1_336, 1_477, 1_633] as const;
const LAYOUT = '123A456B789C*0#D';

const omegas = [...ROWS, ...COLUMNS].map(hz => (2 * Math.PI * hz) / RATE);
const coefficients = Float64Array.from(omegas, w => 2 * Math.cos(w));
const cosines = Float64Array.from(omegas, w => Math.cos(w));
const sines = Float64Array.from(omegas, w => Math.sin(w));
/** Phase that passes from one window to the next. */
const advances = Float64Array.from(omegas, w => w * HOP);
/** Most the phase may differ from that. */
const drifts = Float64Array.from(omegas, w => w * HOP * OFF);

/**
 * Hears DTMF keys in the sound itself (ITU-T Q.23, Q.24), for peers without telephone-event: eight Goertzel filters over
 * half-overlapping windows; both tones strong, pure, of like strength, alone in their groups, of the right frequency (by
 * the phase from window to window) and long enough.
 */
export class KeyDetector {
  readonly #ring = new Float64Array(WINDOW);
  #filled = 0;
  readonly #power = new Float64Array(8);
  readonly #phase = new Float64Array(8);
  /** Index into the layout of the last window's candidate; −1 = none. */
  #candidate = -1;
  #hits = 0;
  #rowDrift = 0;
  #columnDrift = 0;
  #rowPhase = 0;
  #columnPhase = 0;
  /** Samples were lost since the last window: its phase says nothing. */
  #torn = false;
  /** The key that sounds; −1 = none. */
  #sounding = -1;
  #misses = 0;
  #toned = false;

  /** Whether the bytes pushed last hold a key's tone, or the beginning of what may become one. */
  get toned(): boolean {
    return this.#toned;
  }

  /** Law bytes `from`…`to` of a packet, in order. @returns the key that was recognised in them, once for each press. */
  push(codec: CodecName, packet: Uint8Array, from: number, to: number): Key | undefined {
    let key: Key | undefined;
    this.#toned = this.#sounding >= 0;
    for (let i = from; i < to; i++) {
      this.#ring[this.#filled++] = linearOf(codec, packet[i] as number);
      if (this.#filled < WINDOW) continue;
      key = this.#judge() ?? key;
      this.#ring.copyWithin(0, HOP);
      this.#filled = HOP;
    }
    return key;
  }

  /** Packets are missing between the last bytes and the next: the tone, if one sounds, goes on. */
  gap(): void {
    this.#torn = true;
  }

  #judge(): Key | undefined {
    const found = this.#candidateOf();
    if (found >= 0) this.#toned = true;
    if (found >= 0 && found === this.#candidate) this.#follow(found);
    else this.#begin(found);
    if (found >= 0 && found === this.#sounding) {
      this.#misses = 0;
      return undefined;
    }
    if (this.#sounding >= 0 && ++this.#misses >= ENDED) this.#sounding = -1;
    if (this.#hits < CONFIRMED || !this.#inTune(found)) return undefined;
    this.#sounding = found;
    this.#misses = 0;
    this.#toned = true;
    return LAYOUT[found] as Key;
  }

  #begin(found: number): void {
    this.#candidate = found;
    this.#hits = found >= 0 ? 1 : 0;
    this.#rowDrift = 0;
    this.#columnDrift = 0;
    this.#torn = false;
    if (found >= 0) this.#keepPhases(found);
  }

  #follow(found: number): void {
    const row = found >> 2;
    const column = 4 + (found & 3);
    if (!this.#torn) {
      const steps = Math.max(1, this.#hits);
      const drift = (at: number, before: number) =>
        wrapped((this.#phase[at] as number) - before - (advances[at] as number));
      this.#rowDrift += (drift(row, this.#rowPhase) - this.#rowDrift) / steps;
      this.#columnDrift += (drift(column, this.#columnPhase) - this.#columnDrift) / steps;
    }
    this.#torn = false;
    this.#hits++;
    this.#keepPhases(found);
  }

  #keepPhases(found: number): void {
    this.#rowPhase = this.#phase[found >> 2] as number;
    this.#columnPhase = this.#phase[4 + (found & 3)] as number;
  }

  #inTune(found: number): boolean {
    return (
      Math.abs(this.#rowDrift) <= (drifts[found >> 2] as number) &&
      Math.abs(this.#columnDrift) <= (drifts[4 + (found & 3)] as number)
    );
  }

  /** Which key this window could be; −1 = none. */
  #candidateOf(): number {
    let energy = 0;
    for (let i = 0; i < WINDOW; i++) energy += (this.#ring[i] as number) ** 2;
    // Both tones at their weakest: power of a sine in a window is (amplitude × length / 2)², its energy amplitude² × length / 2.
    if (energy * (WINDOW / 2) < 2 * LEAST_POWER) return -1;
    for (let at = 0; at < 8; at++) this.#filter(at);
    const row = this.#strongest(0);
    const column = row < 0 ? -1 : this.#strongest(4);
    if (column < 0) return -1;
    const low = this.#power[row] as number;
    const high = this.#power[column] as number;
    if (low < LEAST_POWER || high < LEAST_POWER) return -1;
    if (high > COLUMN_ABOVE_ROW * low || low > ROW_ABOVE_COLUMN * high) return -1;
    if (low + high < PURE * energy * (WINDOW / 2)) return -1;
    return 4 * row + (column - 4);
  }

  /** The one that stands out of its group; −1 = none does. */
  #strongest(first: number): number {
    let best = first;
    for (let at = first + 1; at < first + 4; at++) {
      if ((this.#power[at] as number) > (this.#power[best] as number)) best = at;
    }
    for (let at = first; at < first + 4; at++) {
      if (at !== best && (this.#power[at] as number) * ABOVE_OTHERS > (this.#power[best] as number))
        return -1;
    }
    return best;
  }

  #filter(at: number): void {
    const c = coefficients[at] as number;
    let s1 = 0;
    let s2 = 0;
    for (let i = 0; i < WINDOW; i++) {
      const s = (this.#ring[i] as number) + c * s1 - s2;
      s2 = s1;
      s1 = s;
    }
    const re = s1 - s2 * (cosines[at] as number);
    const im = s2 * (sines[at] as number);
    this.#power[at] = re * re + im * im;
    this.#phase[at] = Math.atan2(im, re);
  }
}

/** An angle between −π and π. */
const wrapped = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
