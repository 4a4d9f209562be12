/** RTP data packets, RFC 3550 §5.1, read and written in place. */

export const HEADER = 12;

/**
 * Where the payload begins, counting CSRCs and an extension.
 * @returns 0 when this is no RTP version 2 packet or it is cut short.
 */
export function payloadStart(packet: Uint8Array): number {
  if (packet.length < HEADER) return 0;
  const first = packet[0] as number;
  if (first >> 6 !== 2) return 0;
  let start = HEADER + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (start + 4 > packet.length) return 0;
    start += 4 + 4 * (((packet[start + 2] as number) << 8) | (packet[start + 3] as number));
  }
  return start <= packet.length ? start : 0;
}

/** Where the payload ends, without padding; 0 when the padding is longer than what there is. */
export function payloadEnd(packet: Uint8Array, start: number): number {
  if (!((packet[0] as number) & 0x20)) return packet.length;
  const padding = packet[packet.length - 1] as number;
  const end = packet.length - padding;
  return padding > 0 && end >= start ? end : 0;
}

/** RFC 5761 §4: on a shared port, packet types 192…223 are RTCP. */
export const isRtcp = (packet: Uint8Array): boolean =>
  packet.length >= 2 && (packet[1] as number) >= 192 && (packet[1] as number) <= 223;

export const payloadTypeOf = (packet: Uint8Array): number => (packet[1] as number) & 0x7f;
export const markerOf = (packet: Uint8Array): boolean => ((packet[1] as number) & 0x80) !== 0;
export const sequenceOf = (packet: Uint8Array): number =>
  ((packet[2] as number) << 8) | (packet[3] as number);
export const timestampOf = (packet: Uint8Array): number => word(packet, 4);
export const ssrcOf = (packet: Uint8Array): number => word(packet, 8);

/** Writes bytes 1…11: marker and payload type, sequence, timestamp, SSRC. Byte 0 stays as it is. */
export function writeHeader(
  packet: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[1] = marker ? payloadType | 0x80 : payloadType;
  packet[2] = sequence >> 8;
  packet[3] = sequence;
  putWord(packet, 4, timestamp);
  putWord(packet, 8, ssrc);
}

/** How far sequence number `a` is ahead of `b`, −32 768…32 767, across the wrap. */
export const sequenceAhead = (a: number, b: number): number => ((a - b) << 16) >> 16;
/** How far timestamp `a` is ahead of `b`, as signed 32 bits, across the wrap. */
export const timestampAhead = (a: number, b: number): number => (a - b) | 0;

const word = (p: Uint8Array, at: number): number =>
  (((p[at] as number) << 24) |
    ((p[at + 1] as number) << 16) |
    ((p[at + 2] as number) << 8) |
    (p[at + 3] as number)) >>>
  0;

const putWord = (p: Uint8Array, at: number, value: number): void => {
  p[at] = value >>> 24;
  p[at + 1] = value >>> 16;
  p[at + 2] = value >>> 8;
  p[at + 3] = value;
};
