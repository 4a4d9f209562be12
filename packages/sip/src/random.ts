import { secureBytes } from '@kommutator/base';

/** Uniform in [0, 1), like `Math.random`; injected, so that a test can be repeated from its seed. */
export type Random = () => number;

const BITS = 2 ** 48;

/** 48 bits of the operating system's generator: branches, tags and Call-IDs must not be guessable (RFC 3261 §19.3). */
export const secureRandom: Random = () => secureBytes(6).readUIntBE(0, 6) / BITS;

const SYMBOLS = 36;
const PAIR = SYMBOLS ** 2;
const QUAD = PAIR ** 2;
/** Two letters or digits for every number below 36²: far quicker than writing a large number to base 36. */
const pairs = Array.from({ length: PAIR }, (_, n) => n.toString(SYMBOLS).padStart(2, '0'));

/** Eight letters or digits, 41 random bits. */
function word(random: Random): string {
  const value = Math.floor(random() * QUAD * QUAD);
  const high = Math.floor(value / QUAD);
  const low = value - high * QUAD;
  return `${pairs[Math.floor(high / PAIR)]}${pairs[high % PAIR]}${pairs[Math.floor(low / PAIR)]}${pairs[low % PAIR]}`;
}

/** A tag, 82 random bits (RFC 3261 §19.3 asks for 32 at least). */
export const newTag = (random: Random): string => word(random) + word(random);

/** A Call-ID or the random part of a branch, 165 random bits. */
export const newToken = (random: Random): string => word(random) + word(random) + word(random) + word(random);

/** A branch with the cookie of RFC 3261 §8.1.1.7. */
export const newBranch = (random: Random): string => `z9hG4bK${newToken(random)}`;
