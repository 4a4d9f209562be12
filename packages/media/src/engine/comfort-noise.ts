/** RMS of a full-scale square wave, which is 0 dBov (RFC 3389 §3), in our 16 bits. */
const OVERLOAD = 32_256;
/** Peak of uniform noise above its RMS. */
const PEAK = Math.sqrt(3);

let state = 0x2545_f491;

/** Fills `into` with white noise of `level` −dBov. RFC 3389 §3.1: the spectrum may be left out; nobody misses it in a mix. */
export function comfortNoise(into: Int16Array, level: number): void {
  const peak = OVERLOAD * PEAK * 10 ** (-level / 20);
  for (let i = 0; i < into.length; i++) {
    // Xorshift: noise need not be random, only sound so.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    into[i] = Math.max(-32_768, Math.min(32_767, Math.round((peak * state) / 2 ** 31)));
  }
}
