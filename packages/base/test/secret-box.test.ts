import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { loadMasterKey, SecretBox } from '../src/index.ts';

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'secret-box-'));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true });
});

describe('SecretBox', () => {
  const key = randomBytes(32);
  const box = new SecretBox([key]);

  it('opens what it sealed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(box.open(box.seal(text))).toBe(text);
      }),
    );
  });

  it('marks the format and hides the text; the same text twice looks different', () => {
    const sealed = box.seal('Demo-1234');
    expect(sealed).toMatch(/^v1:[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(sealed.slice(3), 'base64').toString('latin1')).not.toContain('Demo');
    expect(box.seal('Demo-1234')).not.toBe(sealed);
  });

  it('refuses a text with any changed byte', () => {
    const raw = Buffer.from(box.seal('secret').slice(3), 'base64');
    for (let at = 0; at < raw.length; at++) {
      const forged = Buffer.from(raw);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(() => box.open(`v1:${forged.toString('base64')}`)).toThrow();
    }
  });

  it('refuses what is not sealed and what another key sealed', () => {
    expect(() => box.open('Demo-1234')).toThrow('not a sealed secret');
    expect(() => box.open('v1:AAAA')).toThrow('not a sealed secret');
    expect(() => box.open(new SecretBox([randomBytes(32)]).seal('x'))).toThrow('not known here');
  });

  it('after a rotation opens old secrets, seals with the new key, and knows which are old', () => {
    const old = box.seal('before');
    const rotated = new SecretBox([randomBytes(32), key]);
    expect(rotated.open(old)).toBe('before');
    expect(rotated.isStale(old)).toBe(true);
    expect(rotated.isStale(rotated.seal('after'))).toBe(false);
  });

  it('refuses a key that is too short', () => {
    expect(() => new SecretBox([randomBytes(16)])).toThrow(RangeError);
  });
});

describe('loadMasterKey', () => {
  it('makes a file only its owner may read, once, and leaves nothing else', () => {
    const dir = folder();
    const path = join(dir, 'deep', 'master.key');
    const first = loadMasterKey(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(loadMasterKey(path)).toEqual(first);
    expect(readdirSync(join(dir, 'deep'))).toEqual(['master.key']);
  });

  it('reads several keys, the current one first', () => {
    const path = join(folder(), 'master.key');
    const keys = [randomBytes(32), randomBytes(32)];
    writeFileSync(path, keys.map(each => `${each.toString('base64')}\n`).join(''));
    expect(loadMasterKey(path)).toEqual(keys);
  });

  it('refuses a file that holds something else and does not overwrite it', () => {
    const path = join(folder(), 'master.key');
    writeFileSync(path, 'not a key\n');
    expect(() => loadMasterKey(path)).toThrow('does not hold master keys');
    expect(() => loadMasterKey(path)).toThrow('does not hold master keys');
  });
});
