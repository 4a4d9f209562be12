import type { Ms } from '@kommutator/base';
import type { Report } from './reception.ts';

/** RTCP, RFC 3550 §6: sender and receiver reports with a CNAME, and what the peer reports about us. */

const SR = 200;
const RR = 201;
const SDES = 202;
const BYE = 203;
const BLOCK = 24;
/** Seconds from 1900, where NTP counts from, to 1970. */
const NTP_EPOCH = 2_208_988_800;

/** What we say about the stream we send. */
interface Sent {
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

export interface Outgoing {
  readonly ssrc: number;
  /** Canonical name, the same for the endpoint's whole life (RFC 7022: random, tells nothing). */
  readonly cname: string;
  /** Unix ms. */
  readonly wall: number;
  /** Present when we sent since the last report. */
  readonly sent: Sent | undefined;
  readonly received: (Report & { readonly lsr: number; readonly dlsr: number }) | undefined;
  readonly bye: boolean;
}

/** The middle 32 bits of the NTP time (§4): seconds in 16 bits, fraction in 16. */
export function ntpMiddle(wall: number): number {
  const seconds = Math.floor(wall / 1_000) + NTP_EPOCH;
  return (((seconds & 0xffff) << 16) | Math.floor(((wall % 1_000) / 1_000) * 65_536)) >>> 0;
}

/** A compound packet: SR or RR, SDES with CNAME, BYE at the end of the stream. */
export function writeRtcp(o: Outgoing): Buffer {
  const reportSize = (o.sent ? 28 : 8) + (o.received ? BLOCK : 0);
  const name = Buffer.from(o.cname, 'latin1').subarray(0, 255);
  // Chunk: SSRC, item type, length, text, at least one zero, to a multiple of four.
  const sdesSize = 4 + 4 * Math.ceil((4 + 2 + name.length + 1) / 4);
  const out = Buffer.alloc(reportSize + sdesSize + (o.bye ? 8 : 0));
  const at = writeReport(out, o, reportSize);
  head(out, at, 1, SDES, sdesSize);
  out.writeUInt32BE(o.ssrc, at + 4);
  out[at + 8] = 1;
  out[at + 9] = name.length;
  name.copy(out, at + 10);
  if (o.bye) {
    head(out, at + sdesSize, 1, BYE, 8);
    out.writeUInt32BE(o.ssrc, at + sdesSize + 4);
  }
  return out;
}

function writeReport(out: Buffer, o: Outgoing, size: number): number {
  head(out, 0, o.received ? 1 : 0, o.sent ? SR : RR, size);
  out.writeUInt32BE(o.ssrc, 4);
  let at = 8;
  if (o.sent) {
    out.writeUInt32BE((Math.floor(o.wall / 1_000) + NTP_EPOCH) >>> 0, at);
    out.writeUInt32BE(Math.floor(((o.wall % 1_000) / 1_000) * 2 ** 32) >>> 0, at + 4);
    out.writeUInt32BE(o.sent.timestamp >>> 0, at + 8);
    out.writeUInt32BE(o.sent.packets >>> 0, at + 12);
    out.writeUInt32BE(o.sent.octets >>> 0, at + 16);
    at += 20;
  }
  if (o.received) {
    const r = o.received;
    out.writeUInt32BE(r.ssrc, at);
    out.writeUInt32BE((((r.fractionLost & 0xff) << 24) | (r.lost & 0xffffff)) >>> 0, at + 4);
    out.writeUInt32BE(r.highest, at + 8);
    out.writeUInt32BE(r.jitter >>> 0, at + 12);
    out.writeUInt32BE(r.lsr, at + 16);
    out.writeUInt32BE(r.dlsr, at + 20);
  }
  return size;
}

const head = (out: Buffer, at: number, count: number, type: number, size: number): void => {
  out[at] = 0x80 | count;
  out[at + 1] = type;
  out.writeUInt16BE(size / 4 - 1, at + 2);
};

/** How our stream arrives at the peer. */
export interface About {
  readonly fractionLost: number;
  /** Since its beginning; duplicates make it smaller, so it may be negative. */
  readonly lost: number;
  /** Highest sequence number received, with its cycles. */
  readonly highest: number;
  /** In timestamp units. */
  readonly jitter: number;
  readonly lsr: number;
  readonly dlsr: number;
}

/** What a compound packet tells us. */
export interface Incoming {
  /** SSRC of who sends it. */
  readonly from: number;
  /** Middle of the NTP time of the peer's sender report; 0 = none. */
  readonly sr: number;
  /** The block about our stream. */
  readonly about: About | undefined;
  readonly bye: boolean;
}

/**
 * Reads a compound packet; what is malformed ends the reading.
 * @param ssrc ours: blocks about other streams are not our business.
 * @returns undefined when it does not begin with a sender's or receiver's report (RFC 3550 A.2).
 */
export function readRtcp(packet: Buffer, ssrc: number): Incoming | undefined {
  let sr = 0;
  let about: Incoming['about'];
  let bye = false;
  let at = 0;
  if (packet.length < 8 || (packet[1] !== SR && packet[1] !== RR)) return undefined;
  while (at + 8 <= packet.length && (packet[at] as number) >> 6 === 2) {
    const type = packet[at + 1] as number;
    const end = at + 4 * (packet.readUInt16BE(at + 2) + 1);
    if (end > packet.length || type < 192 || type > 223) break;
    if (type === SR && end - at >= 28) {
      sr = (((packet.readUInt32BE(at + 8) & 0xffff) << 16) | (packet.readUInt32BE(at + 12) >>> 16)) >>> 0;
    }
    if (type === SR || type === RR) about = blockAbout(packet, at, end, ssrc) ?? about;
    if (type === BYE) bye = true;
    at = end;
  }
  return at === 0 ? undefined : { from: packet.readUInt32BE(4), sr, about, bye };
}

function blockAbout(packet: Buffer, at: number, end: number, ssrc: number): Incoming['about'] {
  const count = (packet[at] as number) & 0x1f;
  let block = at + (packet[at + 1] === SR ? 28 : 8);
  for (let i = 0; i < count && block + BLOCK <= end; i++, block += BLOCK) {
    if (packet.readUInt32BE(block) !== ssrc) continue;
    return {
      fractionLost: packet[block + 4] as number,
      lost: packet.readIntBE(block + 5, 3),
      highest: packet.readUInt32BE(block + 8),
      jitter: packet.readUInt32BE(block + 12),
      lsr: packet.readUInt32BE(block + 16),
      dlsr: packet.readUInt32BE(block + 20),
    };
  }
  return undefined;
}

/**
 * Round trip, §6.4.1: now − LSR − DLSR.
 * @returns undefined when the peer has not seen a report of ours, or the figures make no sense (over a minute).
 */
export function roundTrip(wall: number, lsr: number, dlsr: number): Ms | undefined {
  if (lsr === 0) return undefined;
  const units = (ntpMiddle(wall) - lsr - dlsr) | 0;
  // Two roundings of 1/65 536 s can make a round trip on one machine look negative.
  if (units < -65 || units > 60 * 65_536) return undefined;
  return Math.max(0, (units * 1_000) / 65_536);
}
