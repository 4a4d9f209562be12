import koffi from 'koffi';
import { isRtcp, payloadStart } from '../rtp/packet.ts';
import { keyLength, SRTP_PROFILES, type SrtpProfile } from './profile.ts';
import { MOST_SOURCES, type SrtpContext, type SrtpKeys } from './protection.ts';

/** libsrtp2 (ABI of 2.x, 64 bit), called through koffi. */
export interface LibSrtp {
  open(profile: SrtpProfile, keys: SrtpKeys): SrtpContext;
}

/** A session as the library names it. */
type Session = bigint;

interface Calls {
  readonly create: (session: (Session | null)[], policy: Buffer) => number;
  readonly free: (session: Session) => number;
  readonly protect: Call;
  readonly unprotect: Call;
  readonly protectRtcp: Call;
  readonly unprotectRtcp: Call;
}

type Call = (session: Session, packet: Buffer, length: Int32Array) => number;

const OK = 0;

/** srtp_policy_t: offsets and size. */
const POLICY = { size: 128, rtp: 8, rtcp: 32, key: 56, window: 88 } as const;
const ANY_INBOUND = 2;
const ANY_OUTBOUND = 3;
const CIPHER = { icm128: 1, gcm128: 6 } as const;
const HMAC_SHA1 = 3;
const CONFIDENTIAL_AND_AUTHENTIC = 3;
const WINDOW = 128n;
/** What protecting adds at most: tag, and the index of RTCP. */
const TRAILER = 20;
const FILES = ['libsrtp2.so.1', 'libsrtp2.so', 'libsrtp2.dylib'];

// One for the thread: a call is over before the next begins.
const length = new Int32Array(1);

/** Loads the library and makes it ready. @returns null where it is not installed. */
export function libSrtp(): LibSrtp | null {
  const calls = load();
  return calls && { open: (profile, keys) => new NativeSrtp(calls, profile, keys) };
}

function load(): Calls | null {
  for (const file of FILES) {
    try {
      const library = koffi.load(file);
      const initialise: () => number = library.func('int srtp_init()');
      const call = (name: string): Call => library.func(`int ${name}(void *s, void *packet, void *length)`);
      const calls: Calls = {
        create: library.func('int srtp_create(_Out_ void **s, void *policy)'),
        free: library.func('int srtp_dealloc(void *s)'),
        protect: call('srtp_protect'),
        unprotect: call('srtp_unprotect'),
        protectRtcp: call('srtp_protect_rtcp'),
        unprotectRtcp: call('srtp_unprotect_rtcp'),
      };
      if (isReady(calls) || initialise() === OK) return calls;
    } catch {
      // Not under this name: the next, or none.
    }
  }
  return null;
}

/**
 * Another thread may have made the library ready: it is one for the process, and must not be made ready twice, least of
 * all by two threads at once. Whoever starts threads therefore asks for it first.
 */
function isReady(calls: Calls): boolean {
  const [profile] = SRTP_PROFILES;
  if (!profile) return false;
  try {
    calls.free(create(calls, profile, new Uint8Array(keyLength(profile)), ANY_OUTBOUND));
    return true;
  } catch {
    return false;
  }
}

class NativeSrtp implements SrtpContext {
  readonly #calls: Calls;
  readonly #profile: SrtpProfile;
  #out: Session | null;
  #in: Session | null;
  readonly #sources = new Set<number>();

  constructor(calls: Calls, profile: SrtpProfile, { send, receive }: SrtpKeys) {
    this.#calls = calls;
    this.#profile = profile;
    this.#out = create(calls, profile, send, ANY_OUTBOUND);
    this.#in = create(calls, profile, receive, ANY_INBOUND);
  }

  protect(packet: Buffer): Buffer | null {
    return this.#seal(this.#calls.protect, packet, 12);
  }

  protectRtcp(packet: Buffer): Buffer | null {
    return this.#seal(this.#calls.protectRtcp, packet, 8);
  }

  unprotect(packet: Buffer): Buffer | null {
    const start = payloadStart(packet);
    if (start === 0 || packet.length < start + this.#profile.tag) return null;
    return this.#open(this.#calls.unprotect, packet, packet.readUInt32BE(8));
  }

  unprotectRtcp(packet: Buffer): Buffer | null {
    if (!isRtcp(packet) || packet.length < 12 + this.#profile.rtcpTag) return null;
    return this.#open(this.#calls.unprotectRtcp, packet, packet.readUInt32BE(4));
  }

  close(): void {
    if (this.#out !== null) this.#calls.free(this.#out);
    if (this.#in !== null) this.#calls.free(this.#in);
    this.#out = null;
    this.#in = null;
  }

  #seal(call: Call, packet: Buffer, least: number): Buffer | null {
    if (this.#out === null || packet.length < least) return null;
    const sealed = Buffer.allocUnsafe(packet.length + TRAILER);
    packet.copy(sealed);
    length[0] = packet.length;
    return call(this.#out, sealed, length) === OK ? sealed.subarray(0, length[0]) : null;
  }

  /** The library remembers every source that sent an authentic packet: the peer must not make it remember without end. */
  #open(call: Call, packet: Buffer, source: number): Buffer | null {
    if (this.#in === null) return null;
    const known = this.#sources.has(source);
    if (!known && this.#sources.size >= MOST_SOURCES) return null;
    length[0] = packet.length;
    if (call(this.#in, packet, length) !== OK) return null;
    if (!known) this.#sources.add(source);
    return packet.subarray(0, length[0]);
  }
}

function create(calls: Calls, profile: SrtpProfile, key: Uint8Array, direction: number): Session {
  const policy = Buffer.alloc(POLICY.size);
  policy.writeUInt32LE(direction, 0);
  protection(policy, POLICY.rtp, profile, profile.tag);
  protection(policy, POLICY.rtcp, profile, profile.rtcpTag);
  policy.writeBigUInt64LE(WINDOW, POLICY.window);
  // The pointer in the policy must outlive the call, which a buffer of JavaScript does not promise.
  const kept = koffi.alloc('uint8_t', key.length);
  koffi.encode(kept, koffi.array('uint8_t', key.length), key);
  policy.writeBigUInt64LE(koffi.address(kept), POLICY.key);
  const made: (Session | null)[] = [null];
  const state = calls.create(made, policy);
  koffi.encode(kept, koffi.array('uint8_t', key.length), new Uint8Array(key.length));
  koffi.free(kept);
  const [session] = made;
  if (state !== OK || session === null || session === undefined) throw new Error(`srtp_create: ${state}`);
  return session;
}

/** srtp_crypto_policy_t. */
function protection(policy: Buffer, at: number, { aead, key, salt }: SrtpProfile, tag: number): void {
  policy.writeUInt32LE(aead ? CIPHER.gcm128 : CIPHER.icm128, at);
  policy.writeInt32LE(key + salt, at + 4);
  policy.writeUInt32LE(aead ? 0 : HMAC_SHA1, at + 8);
  policy.writeInt32LE(aead ? 0 : 20, at + 12);
  policy.writeInt32LE(tag, at + 16);
  policy.writeUInt32LE(CONFIDENTIAL_AND_AUTHENTIC, at + 20);
}
