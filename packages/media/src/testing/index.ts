/** Twins and instruments for tests: an engine without audio, and ears for one with audio. */
export { SymbolicEngine, type SymbolicOptions } from './symbolic-engine.ts';
