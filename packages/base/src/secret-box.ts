import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Keys of a {@link SecretBox}: the first seals, all of them open. */
export type MasterKeys = readonly [Buffer, ...Buffer[]];

const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1:';

/**
 * Secrets at rest: AES-256-GCM. Sealed text is `v1:` and base64 of key id (4 bytes), nonce (12), tag (16), ciphertext.
 * The key id says which master key sealed it, so keys can be rotated: put the new one first, keep the old ones.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #current: { readonly id: Buffer; readonly key: Buffer };

  /** @param keys 32 bytes each. */
  constructor(keys: MasterKeys) {
    for (const key of keys)
      if (key.length !== KEY_BYTES)
        throw new RangeError(`a master key has ${KEY_BYTES} bytes, not ${key.length}`);
    this.#keys = new Map(keys.map(key => [keyId(key).toString('hex'), key]));
    this.#current = { id: keyId(keys[0]), key: keys[0] };
  }

  /** A fresh nonce each time: the same text never looks the same twice. */
  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#current.key, nonce);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return VERSION + Buffer.concat([this.#current.id, nonce, cipher.getAuthTag(), body]).toString('base64');
  }

  /** @throws Error when the text was not sealed by one of our keys, or was changed. */
  open(sealed: string): string {
    if (!sealed.startsWith(VERSION)) throw new Error('not a sealed secret');
    const raw = Buffer.from(sealed.slice(VERSION.length), 'base64');
    if (raw.length < KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES) throw new Error('not a sealed secret');
    const key = this.#keys.get(raw.toString('hex', 0, KEY_ID_BYTES));
    if (!key) throw new Error('sealed with a master key that is not known here');
    const tagAt = KEY_ID_BYTES + NONCE_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key, raw.subarray(KEY_ID_BYTES, tagAt));
    decipher.setAuthTag(raw.subarray(tagAt, tagAt + TAG_BYTES));
    return decipher.update(raw.subarray(tagAt + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  /** Sealed by an older key: seal it again to finish a rotation. */
  isStale(sealed: string): boolean {
    const id = Buffer.from(sealed.slice(VERSION.length), 'base64').subarray(0, KEY_ID_BYTES);
    return !id.equals(this.#current.id);
  }
}

const keyId = (key: Buffer): Buffer =>
  createHash('sha256').update('kommutator key id').update(key).digest().subarray(0, KEY_ID_BYTES);

/**
 * Reads the master keys of a file, one base64 key per line, the current one first; makes the file (mode 0600) with
 * one random key when it is absent. Two processes at once get the same key.
 * @throws Error when the file is unreadable or malformed.
 */
export function loadMasterKey(path: string): MasterKeys {
  try {
    return parseMasterKeys(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(fresh, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(file);
    linkSync(fresh, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(fresh, { force: true });
  }
  return parseMasterKeys(readFileSync(path, 'utf8'), path);
}

/**
 * Keys as they stand in the file or in a variable: base64, separated by white space, the current one first.
 * @param source named in the error.
 * @throws Error when there is none or one is not 32 bytes.
 */
export function parseMasterKeys(text: string, source: string): MasterKeys {
  const [first, ...rest] = text
    .split(/\s+/)
    .filter(word => word !== '')
    .map(word => Buffer.from(word, 'base64'));
  if (!first || [first, ...rest].some(key => key.length !== KEY_BYTES))
    throw new Error(`${source} does not hold master keys: one base64 line of ${KEY_BYTES} bytes each`);
  return [first, ...rest];
}
