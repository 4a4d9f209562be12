/** Ground floor: time, ids, results, waiting together. Imports nothing of ours. */
export type { Clock, Deadline, Ms, Timer } from './clock.ts';
export { SystemClock } from './clock.ts';
export { type Brand, newId, uuidV7 } from './ids.ts';
export { err, ok, type Result } from './result.ts';
export { loadMasterKey, type MasterKeys, parseMasterKeys, SecretBox } from './secret-box.ts';
export { secureBytes } from './secure-bytes.ts';
export { Settled } from './settled.ts';
export { VirtualClock } from './virtual-clock.ts';
