import { type LibSrtp, libSrtp } from './library.ts';
import type { SrtpProfile } from './profile.ts';
import { ScriptSrtp } from './script.ts';

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

/** Makes contexts: through libsrtp2 where it is installed, else in JavaScript at a sixth of the speed. */
export interface SrtpBackend {
  readonly name: 'libsrtp2' | 'javascript';
  /** @throws RangeError when a key has not the profile's length. */
  open(profile: SrtpProfile, keys: SrtpKeys): SrtpContext;
}

/** More sources of one endpoint are refused: a browser has one or two. */
export const MOST_SOURCES = 32;

export const scriptBackend: SrtpBackend = {
  name: 'javascript',
  open: (profile, keys) => new ScriptSrtp(profile, checked(profile, keys)),
};

const nativeBackend = (library: LibSrtp): SrtpBackend => ({
  name: 'libsrtp2',
  open: (profile, keys) => library.open(profile, checked(profile, keys)),
});

let found: SrtpBackend | undefined;

/** The fastest there is here; looked for once per thread. */
export function srtpBackend(): SrtpBackend {
  if (!found) {
    const library = libSrtp();
    found = library ? nativeBackend(library) : scriptBackend;
  }
  return found;
}

function checked(profile: SrtpProfile, keys: SrtpKeys): SrtpKeys {
  const length = profile.key + profile.salt;
  if (keys.send.length !== length || keys.receive.length !== length)
    throw new RangeError(`a key of ${profile.suite} has ${length} bytes`);
  return keys;
}
