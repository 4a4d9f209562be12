/** Telephone numbers: normalisation, prefixes, forms for people and for carriers (RTE-7). */
export { isAllocatedCode } from './codes.ts';
export {
  formatDisplay,
  formatNational,
  fromTrunk,
  type TrunkNumberFormat,
  toTrunkFormat,
} from './format.ts';
export {
  callerNumber,
  isE164,
  type Normalised,
  normalise,
  normaliseDialled,
  stripDialled,
} from './normalise.ts';
export {
  MAX_PREFIX_DIGITS,
  MAX_PREFIXES,
  parsePrefixes,
  prefixInE164,
  prefixMatches,
  readsAsTrunk8,
} from './prefix.ts';
