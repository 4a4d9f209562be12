/** RTP, codecs, DTMF, tones, prompts. Knows nothing of SIP messages or of a PBX. */

export { createEngine, type EngineCounters, type EngineOptions, type LocalEngine } from './engine/engine.ts';
export * from './protocol.ts';
export { srtpLibrary } from './srtp/context.ts';
export type { Prompts } from './tones/prompts.ts';
export { createEnginePool, type EnginePool, type PoolOptions } from './worker/pool.ts';
