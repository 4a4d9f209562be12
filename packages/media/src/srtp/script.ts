import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { isRtcp, payloadStart, sequenceOf, ssrcOf } from '../rtp/packet.ts';
import { deriveKeys, type SessionKeys } from './derive.ts';
import type { SrtpProfile } from './profile.ts';
import { MOST_SOURCES, type SrtpContext, type SrtpKeys } from './protection.ts';
import { ReplayWindow } from './window.ts';

const WRAP = 0x1_0000;
const ENCRYPTED = 0x8000_0000;
/** Header of RTCP that stays in clear. */
const RTCP_HEADER = 8;
const INDEX = 4;
const LAST_INDEX = 0x7fff_ffff;

// One for the thread each: used up before the next packet.
const iv16 = Buffer.alloc(16);
const iv12 = Buffer.alloc(12);
const word = Buffer.alloc(4);

/** SRTP on node:crypto, for machines without libsrtp2. */
export class ScriptSrtp implements SrtpContext {
  readonly #profile: SrtpProfile;
  readonly #out: { readonly rtp: SessionKeys; readonly rtcp: SessionKeys };
  readonly #in: { readonly rtp: SessionKeys; readonly rtcp: SessionKeys };
  readonly #sent = new Map<number, ReplayWindow>();
  readonly #heard = new Map<number, ReplayWindow>();
  readonly #heardRtcp = new Map<number, ReplayWindow>();
  #rtcpIndex = 0;

  constructor(profile: SrtpProfile, { send, receive }: SrtpKeys) {
    this.#profile = profile;
    const both = (master: Uint8Array) => ({
      rtp: deriveKeys(profile, master, false),
      rtcp: deriveKeys(profile, master, true),
    });
    this.#out = both(send);
    this.#in = both(receive);
  }

  protect(packet: Buffer): Buffer | null {
    const start = payloadStart(packet);
    const window = start && windowOf(this.#sent, ssrcOf(packet));
    if (!window) return null;
    const index = window.indexOf(sequenceOf(packet));
    // Two packets under one index would give away both.
    if (!window.isNew(index)) return null;
    window.add(index);
    const { aead, tag } = this.#profile;
    const keys = this.#out.rtp;
    const header = packet.subarray(0, start);
    const payload = packet.subarray(start);
    if (aead) {
      return gcmSeal(keys.key, gcmIv(keys.salt, ssrcOf(packet), index), header, header, payload);
    }
    const sealed = Buffer.concat([header, ctr(keys, ssrcOf(packet), index, payload)]);
    return Buffer.concat([sealed, hmac(keys, sealed, Math.floor(index / WRAP), tag)]);
  }

  unprotect(packet: Buffer): Buffer | null {
    const { aead, tag } = this.#profile;
    const start = payloadStart(packet);
    const end = packet.length - tag;
    if (start === 0 || end < start) return null;
    const ssrc = ssrcOf(packet);
    const known = this.#heard.get(ssrc);
    const window = known ?? new ReplayWindow();
    const index = window.indexOf(sequenceOf(packet));
    if (!window.isNew(index) || (!known && this.#heard.size >= MOST_SOURCES)) return null;
    const keys = this.#in.rtp;
    if (aead) {
      const iv = gcmIv(keys.salt, ssrc, index);
      if (!gcmOpen(keys.key, iv, packet.subarray(0, start), packet.subarray(start))) return null;
    } else {
      const clear = packet.subarray(0, end);
      if (!equal(hmac(keys, clear, Math.floor(index / WRAP), tag), packet.subarray(end))) return null;
      packet.set(ctr(keys, ssrc, index, packet.subarray(start, end)), start);
    }
    window.add(index);
    if (!known) this.#heard.set(ssrc, window);
    return packet.subarray(0, end);
  }

  protectRtcp(packet: Buffer): Buffer | null {
    if (packet.length < RTCP_HEADER || this.#rtcpIndex >= LAST_INDEX) return null;
    const index = this.#rtcpIndex++;
    const keys = this.#out.rtcp;
    const ssrc = packet.readUInt32BE(4);
    const header = packet.subarray(0, RTCP_HEADER);
    const payload = packet.subarray(RTCP_HEADER);
    const trailer = Buffer.alloc(INDEX);
    trailer.writeUInt32BE((index | ENCRYPTED) >>> 0);
    if (this.#profile.aead) {
      const clear = Buffer.concat([header, trailer]);
      return Buffer.concat([
        gcmSeal(keys.key, gcmIv(keys.salt, ssrc, index), clear, header, payload),
        trailer,
      ]);
    }
    const sealed = Buffer.concat([header, ctr(keys, ssrc, index, payload), trailer]);
    return Buffer.concat([sealed, hmac(keys, sealed, null, this.#profile.rtcpTag)]);
  }

  unprotectRtcp(packet: Buffer): Buffer | null {
    const { aead, rtcpTag } = this.#profile;
    if (!isRtcp(packet) || packet.length < RTCP_HEADER + INDEX + rtcpTag) return null;
    const at = aead ? packet.length - INDEX : packet.length - INDEX - rtcpTag;
    const trailer = packet.readUInt32BE(at);
    const index = (trailer & ~ENCRYPTED) >>> 0;
    const ssrc = packet.readUInt32BE(4);
    const known = this.#heardRtcp.get(ssrc);
    const window = known ?? new ReplayWindow();
    // What is only authenticated is not what was agreed.
    if (trailer < ENCRYPTED || !window.isNew(index)) return null;
    if (!known && this.#heardRtcp.size >= MOST_SOURCES) return null;
    const keys = this.#in.rtcp;
    let end = at;
    if (aead) {
      const clear = Buffer.concat([packet.subarray(0, RTCP_HEADER), packet.subarray(at)]);
      const iv = gcmIv(keys.salt, ssrc, index);
      if (!gcmOpen(keys.key, iv, clear, packet.subarray(RTCP_HEADER, at))) return null;
      end = at - rtcpTag;
    } else {
      const signed = at + INDEX;
      const tag = hmac(keys, packet.subarray(0, signed), null, rtcpTag);
      if (!equal(tag, packet.subarray(signed))) return null;
      packet.set(ctr(keys, ssrc, index, packet.subarray(RTCP_HEADER, at)), RTCP_HEADER);
    }
    window.add(index);
    if (!known) this.#heardRtcp.set(ssrc, window);
    return packet.subarray(0, end);
  }

  close(): void {
    for (const map of [this.#sent, this.#heard, this.#heardRtcp]) map.clear();
    for (const keys of [this.#out.rtp, this.#out.rtcp, this.#in.rtp, this.#in.rtcp])
      for (const secret of [keys.key, keys.auth, keys.salt]) secret.fill(0);
  }
}

function windowOf(windows: Map<number, ReplayWindow>, ssrc: number): ReplayWindow | null {
  const known = windows.get(ssrc);
  if (known) return known;
  if (windows.size >= MOST_SOURCES) return null;
  const window = new ReplayWindow();
  windows.set(ssrc, window);
  return window;
}

/** RFC 3711 §4.1.1. */
function ctr({ key, salt }: SessionKeys, ssrc: number, index: number, text: Buffer): Buffer {
  iv16.fill(0);
  iv16.set(salt);
  iv16.writeUInt32BE((iv16.readUInt32BE(4) ^ ssrc) >>> 0, 4);
  const high = Math.floor(index / WRAP);
  iv16.writeUInt32BE((iv16.readUInt32BE(8) ^ high) >>> 0, 8);
  iv16.writeUInt16BE(iv16.readUInt16BE(12) ^ (index % WRAP), 12);
  return createCipheriv('aes-128-ctr', key, iv16).update(text);
}

/** RFC 3711 §4.2. @param rollover follows the packet of RTP; null for RTCP. */
function hmac({ auth }: SessionKeys, text: Buffer, rollover: number | null, length: number): Buffer {
  const sum = createHmac('sha1', auth).update(text);
  if (rollover !== null) {
    word.writeUInt32BE(rollover);
    sum.update(word);
  }
  return sum.digest().subarray(0, length);
}

/** RFC 7714 §8.1 and §9.1: they differ only in what the index is. */
function gcmIv(salt: Buffer, ssrc: number, index: number): Buffer {
  iv12.set(salt);
  iv12.writeUInt32BE((iv12.readUInt32BE(2) ^ ssrc) >>> 0, 2);
  iv12.writeUInt32BE((iv12.readUInt32BE(6) ^ Math.floor(index / WRAP)) >>> 0, 6);
  iv12.writeUInt16BE(iv12.readUInt16BE(10) ^ (index % WRAP), 10);
  return iv12;
}

function gcmSeal(key: Buffer, iv: Buffer, clear: Buffer, header: Buffer, payload: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  cipher.setAAD(clear);
  const sealed = cipher.update(payload);
  cipher.final();
  return Buffer.concat([header, sealed, cipher.getAuthTag()]);
}

/** Opens in place. @param sealed with its tag at the end. */
function gcmOpen(key: Buffer, iv: Buffer, clear: Buffer, sealed: Buffer): boolean {
  const end = sealed.length - 16;
  const decipher = createDecipheriv('aes-128-gcm', key, iv, { authTagLength: 16 });
  decipher.setAAD(clear);
  decipher.setAuthTag(sealed.subarray(end));
  const opened = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    return false;
  }
  sealed.set(opened);
  return true;
}

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
