import { createHmac } from 'node:crypto';
import { loadMasterKey, type MasterKeys, parseMasterKeys } from '@kommutator/base';
import type { Config } from '../config/index.ts';
import type { Paths } from '../files/paths.ts';

/**
 * The master keys of this start: from MASTER_KEY, or from the file, which is made at the first start.
 * @throws Error when they cannot be read.
 */
export const masterKeys = (config: Config, paths: Paths): MasterKeys =>
  config.masterKey === null
    ? loadMasterKey(paths.masterKey)
    : parseMasterKeys(config.masterKey, 'MASTER_KEY');

/** A key of its own for one purpose, the same on every node that has the master key. */
export const keyFor = (purpose: string, [current]: MasterKeys): Buffer =>
  createHmac('sha256', current).update(purpose).digest();
