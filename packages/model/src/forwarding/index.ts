/** A user's scenario: which of his contact numbers ring, together and after one another (USR-42, ACC-22). */
export {
  type ForwardingLevel,
  type ForwardingLevels,
  type ForwardingVerdict,
  forwardingLevels,
} from './levels.ts';
export {
  afterLevel,
  classify,
  type LevelResult,
  levelResult,
  type TargetOutcome,
} from './results.ts';
