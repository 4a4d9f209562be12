import { FRAME } from '../codec/g711.ts';

/** Frames over which a voice fades that does not go on: 80 ms. */
const FADE = 4;
/** Samples over which the voice takes over again: 5 ms. */
const SEAM = 40;

/** Fills in for frames that are not there: the last one again, fainter each time, until there is nothing. */
export class Concealment {
  readonly #last = new Int16Array(FRAME);
  /** Frames made up since the last real one. */
  #made = FADE;

  /** Writes 20 ms in place of what is missing. @returns false when the voice has faded away. */
  conceal(into: Int16Array): boolean {
    if (this.#made >= FADE) return false;
    for (let i = 0; i < FRAME; i++) into[i] = this.#sample(i);
    this.#made++;
    return true;
  }

  /** Takes a real frame, and joins it to what was made up before it. */
  real(frame: Int16Array): void {
    if (this.#made > 0) {
      for (let i = 0; i < SEAM; i++) {
        const share = i / SEAM;
        frame[i] = Math.round((frame[i] as number) * share + this.#sample(i) * (1 - share));
      }
    }
    this.#last.set(frame);
    this.#made = 0;
  }

  /** What follows does not go on from what was. */
  forget(): void {
    this.#made = FADE;
  }

  #sample(i: number): number {
    const gain = Math.max(0, 1 - (this.#made + i / FRAME) / FADE);
    return Math.round((this.#last[i] as number) * gain);
  }
}
