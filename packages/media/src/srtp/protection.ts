/** Master keys with their salts behind them, one for each direction. */
export interface SrtpKeys {
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}

/**
 * Protection of one endpoint's RTP and RTCP, both ways (RFC 3711). Nothing throws: a packet that is forged, cut short,
 * too old or seen before is null.
 */
export interface SrtpContext {
  /** A new packet, protected; the given one stays as it is. */
  protect(packet: Buffer): Buffer | null;
  /** The packet in clear, in the place of the given one, which is lost. */
  unprotect(packet: Buffer): Buffer | null;
  protectRtcp(packet: Buffer): Buffer | null;
  unprotectRtcp(packet: Buffer): Buffer | null;
  close(): void;
}

/** More sources of one endpoint are refused: a browser has one or two. */
export const MOST_SOURCES = 32;
