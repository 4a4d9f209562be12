import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DirectorySnapshot, DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';

/**
 * Warm-start files (DESIGN rule 8): the directory and one file per domain, so that calls are taken without a database.
 * A domain is JSON behind one line with its version, which is all that has to be read to compare.
 */
export interface DomainBytes {
  readonly id: DomainId;
  readonly version: number;
  /** UTF-8 JSON of a {@link DomainSnapshot}. */
  readonly json: Buffer;
}

const DIRECTORY = 'directory.json';
const DOMAIN = /^domain-([A-Za-z0-9-]{1,64})\.json$/;
const domainFile = (id: DomainId): string => `domain-${id}.json`;

/** Replaces a file so that a crash leaves the old one or the new one, never half of it. */
function replaceFile(path: string, parts: readonly (string | Buffer)[]): void {
  const temporary = `${path}.tmp`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

export function writeDirectory(folder: string, directory: DirectorySnapshot): void {
  replaceFile(join(folder, DIRECTORY), [JSON.stringify(directory)]);
}

/** Null when there is none yet, or it is damaged: then the office has to bring it. */
export function readDirectory(folder: string): DirectorySnapshot | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, DIRECTORY), 'utf8'));
    return isDirectory(value) ? value : null;
  } catch {
    return null;
  }
}

function isDirectory(value: unknown): value is DirectorySnapshot {
  if (typeof value !== 'object' || value === null) return false;
  const { version, domains, numbers, trunks, credentials } = value as Partial<DirectorySnapshot>;
  return Number.isSafeInteger(version) && [domains, numbers, trunks, credentials].every(Array.isArray);
}

export const packDomain = (snapshot: DomainSnapshot): DomainBytes => ({
  id: snapshot.id,
  version: snapshot.version,
  json: Buffer.from(JSON.stringify(snapshot)),
});

export function writeDomain(folder: string, domain: DomainBytes): void {
  replaceFile(join(folder, domainFile(domain.id)), [`${domain.version}\n`, domain.json]);
}

export function removeDomain(folder: string, id: DomainId): void {
  rmSync(join(folder, domainFile(id)), { force: true });
}

/** All domains on disk. A damaged file is left out. */
export function readDomains(folder: string): readonly DomainBytes[] {
  return readdirSync(folder).flatMap(file => {
    const [, id] = DOMAIN.exec(file) ?? [];
    if (id === undefined) return [];
    const bytes = readFileSync(join(folder, file));
    const end = bytes.indexOf(10);
    const version = Number(bytes.toString('latin1', 0, Math.max(0, end)));
    return end > 0 && Number.isSafeInteger(version)
      ? [{ id: id as DomainId, version, json: bytes.subarray(end + 1) }]
      : [];
  });
}
