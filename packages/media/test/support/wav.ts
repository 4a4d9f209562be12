import { encode } from '../../src/codec/g711.ts';

/** A WAV file with an odd-sized chunk before the data, as real ones have. */
export function wavOf(
  format: number,
  pcm: Int16Array,
  o: { readonly rate?: number; readonly channels?: number } = {},
): Buffer {
  const bytes =
    format === 6
      ? Buffer.from(encode('PCMA', pcm))
      : format === 7
        ? Buffer.from(encode('PCMU', pcm))
        : Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(format, 0);
  fmt.writeUInt16LE(o.channels ?? 1, 2);
  fmt.writeUInt32LE(o.rate ?? 8_000, 4);
  fmt.writeUInt16LE(format === 1 ? 16 : 8, 14);
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('LIST', Buffer.from('odd')),
    chunk('fmt ', fmt),
    chunk('data', bytes),
  ]);
  return chunk('RIFF', body);
}

function chunk(name: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(name), size, data, Buffer.alloc(data.length & 1)]);
}
