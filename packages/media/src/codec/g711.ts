import type { CodecName } from '../protocol.ts';

/** ITU-T G.711 by tables: every law byte's linear value, every 16-bit value's law byte. */

const ALAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, byte) => alawToLinear(byte));
const ULAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, byte) => ulawToLinear(byte));
/** Indexed by the sample as unsigned 16 bits. */
const LINEAR_TO_ALAW = Uint8Array.from({ length: 65_536 }, (_, u) => linearToAlaw((u << 16) >> 16));
const LINEAR_TO_ULAW = Uint8Array.from({ length: 65_536 }, (_, u) => linearToUlaw((u << 16) >> 16));
const ALAW_TO_ULAW = Uint8Array.from(ALAW_TO_LINEAR, linear => LINEAR_TO_ULAW[linear & 0xffff] as number);
const ULAW_TO_ALAW = Uint8Array.from(ULAW_TO_LINEAR, linear => LINEAR_TO_ALAW[linear & 0xffff] as number);

/** The byte that sounds like nothing. */
export const QUIET: { readonly [codec in CodecName]: number } = { PCMA: 0xd5, PCMU: 0xff };
/** Both laws are sampled at 8 000 Hz: 8 samples, and 8 bytes, in a millisecond. */
export const SAMPLES_PER_MS = 8;
/** Samples, and bytes, of the 20 ms frame that the engine sends. */
export const FRAME = 160;

/** Writes the law bytes of `pcm` into a new array. */
export function encode(codec: CodecName, pcm: Int16Array): Uint8Array {
  const out = new Uint8Array(pcm.length);
  encodeInto(codec, pcm, out);
  return out;
}

/** Writes the law bytes of `pcm` to `out` from `offset` on. */
export function encodeInto(codec: CodecName, pcm: Int16Array, out: Uint8Array, offset = 0): void {
  const table = codec === 'PCMA' ? LINEAR_TO_ALAW : LINEAR_TO_ULAW;
  for (let i = 0; i < pcm.length; i++) out[offset + i] = table[(pcm[i] as number) & 0xffff] as number;
}

/** Linear samples of law bytes. */
export function decode(codec: CodecName, bytes: Uint8Array): Int16Array {
  const table = codec === 'PCMA' ? ALAW_TO_LINEAR : ULAW_TO_LINEAR;
  const pcm = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) pcm[i] = table[bytes[i] as number] as number;
  return pcm;
}

/** Linear value of one law byte. */
export const linearOf = (codec: CodecName, byte: number): number =>
  (codec === 'PCMA' ? ALAW_TO_LINEAR : ULAW_TO_LINEAR)[byte & 0xff] as number;

/** Turns law bytes `from`…`to` of `packet` into the other law, in place. */
export function transcode(target: CodecName, packet: Uint8Array, from: number, to: number): void {
  const table = target === 'PCMA' ? ULAW_TO_ALAW : ALAW_TO_ULAW;
  for (let i = from; i < to; i++) packet[i] = table[packet[i] as number] as number;
}

/** G.711 §3, table 1a: even bits inverted, 13-bit value left-justified in 16. */
function alawToLinear(byte: number): number {
  const a = byte ^ 0x55;
  const segment = (a & 0x70) >> 4;
  const mantissa = (a & 0x0f) << 4;
  const size = segment === 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1);
  return a & 0x80 ? size : -size;
}

function linearToAlaw(sample: number): number {
  const mask = sample >= 0 ? 0xd5 : 0x55;
  const size = (sample >= 0 ? sample : -sample - 1) >> 3;
  if (size > 0xfff) return 0x7f ^ mask;
  let segment = 0;
  for (let limit = 0x1f; size > limit; limit = (limit << 1) | 1) segment++;
  const mantissa = (size >> (segment < 2 ? 1 : segment)) & 0x0f;
  return ((segment << 4) | mantissa) ^ mask;
}

/** G.711 §3, table 2a: all bits inverted, 14-bit value left-justified in 16. */
function ulawToLinear(byte: number): number {
  const u = ~byte & 0xff;
  const size = ((((u & 0x0f) << 3) + 0x84) << ((u & 0x70) >> 4)) - 0x84;
  return u & 0x80 ? -size : size;
}

function linearToUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const size = Math.min(sample < 0 ? -sample : sample, 32_635) + 0x84;
  let segment = 7;
  for (let bit = 0x4000; segment > 0 && (size & bit) === 0; bit >>= 1) segment--;
  return ~(sign | (segment << 4) | ((size >> (segment + 3)) & 0x0f)) & 0xff;
}
