import { decode, encode, FRAME, QUIET } from './g711.ts';

/** A sound in both laws, padded with quiet to whole 20 ms frames; never empty. */
export interface Clip {
  readonly PCMA: Uint8Array;
  readonly PCMU: Uint8Array;
  /** How many 20 ms frames it lasts: its bytes are played round and round until then. */
  readonly frames: number;
}

const PCM = 1;
const ALAW = 6;
const ULAW = 7;

/** A clip of linear 8 kHz samples. */
export const clipOf = (pcm: Int16Array): Clip => clipFromLaws(encode('PCMA', pcm), encode('PCMU', pcm));

function clipFromLaws(alaw: Uint8Array, ulaw: Uint8Array): Clip {
  const PCMA = padded(alaw, QUIET.PCMA);
  return { PCMA, PCMU: padded(ulaw, QUIET.PCMU), frames: PCMA.length / FRAME };
}

/**
 * Reads a RIFF/WAVE file: 8 kHz mono as A-law, µ-law or 16-bit PCM.
 * @returns undefined when it is anything else, or holds no sample.
 */
export function readWav(file: Buffer): Clip | undefined {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  if (file.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let format = 0;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const start = at + 8;
    const end = Math.min(file.length, start + file.readUInt32LE(at + 4));
    if (name === 'fmt ') {
      if (end - start < 16) return undefined;
      format = formatOf(file.subarray(start, end));
      if (format === 0) return undefined;
    }
    if (name === 'data') return clipFrom(format, file.subarray(start, end));
    at = end + (end & 1);
  }
  return undefined;
}

/** The format tag where we can play it, else 0. */
function formatOf(fmt: Buffer): number {
  const tag = fmt.readUInt16LE(0);
  const bits = fmt.readUInt16LE(14);
  if (fmt.readUInt16LE(2) !== 1 || fmt.readUInt32LE(4) !== 8_000) return 0;
  return (tag === PCM && bits === 16) || ((tag === ALAW || tag === ULAW) && bits === 8) ? tag : 0;
}

function clipFrom(format: number, data: Buffer): Clip | undefined {
  if (data.length < 2) return undefined;
  if (format === ALAW) return clipFromLaws(data, encode('PCMU', decode('PCMA', data)));
  if (format === ULAW) return clipFromLaws(encode('PCMA', decode('PCMU', data)), data);
  if (format !== PCM) return undefined;
  const pcm = new Int16Array(data.length >> 1);
  for (let i = 0; i < pcm.length; i++) pcm[i] = data.readInt16LE(2 * i);
  return clipOf(pcm);
}

/** A copy of its own, so that the file's buffer is not kept alive. */
function padded(bytes: Uint8Array, quiet: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / FRAME) * FRAME).fill(quiet, bytes.length);
  out.set(bytes);
  return out;
}
