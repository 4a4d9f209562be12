/** Twins and instruments for tests: an engine without audio, and ears and a voice for one with audio. */

export { decode, encode, QUIET } from '../codec/g711.ts';
export { dtmfOf, sines } from '../tones/oscillator.ts';
export { detectKey, detectTone, isQuiet, ToneDetector, toneShare } from './goertzel.ts';
export { type Heard, RtpPeer } from './rtp-peer.ts';
export { SymbolicEngine, type SymbolicOptions } from './symbolic-engine.ts';
