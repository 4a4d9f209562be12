import { type LibSrtp, libSrtp } from './library.ts';
import type { SrtpProfile } from './profile.ts';
import type { SrtpContext, SrtpKeys } from './protection.ts';
import { ScriptSrtp } from './script.ts';

/** Makes contexts: through libsrtp2 where it is installed, else in JavaScript at a sixth of the speed. */
export interface SrtpBackend {
  readonly name: 'libsrtp2' | 'javascript';
  /** @throws RangeError when a key has not the profile's length. */
  open(profile: SrtpProfile, keys: SrtpKeys): SrtpContext;
}

export const scriptBackend: SrtpBackend = {
  name: 'javascript',
  open: (profile, keys) => new ScriptSrtp(profile, checked(profile, keys)),
};

const nativeBackend = (library: LibSrtp): SrtpBackend => ({
  name: 'libsrtp2',
  open: (profile, keys) => library.open(profile, checked(profile, keys)),
});

/** Which one media has here; for the doctor. */
export const srtpLibrary = (): SrtpBackend['name'] => srtpBackend().name;

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
