import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { CertificatePaths } from './paths.ts';

const DAYS = 3650;
const WITHIN_MS = 20_000;

const run = promisify(execFile);

/**
 * Makes a key and a certificate signed by nobody else, good for encryption and for those who trust it by hand.
 * RSA, because phones of the field know it. Node cannot sign certificates, Debian's `openssl` can.
 * @param names host names and addresses phones may reach us at.
 * @throws Error when `openssl` is missing or fails; nothing is left then.
 */
export async function makeSelfSigned(
  { cert, key }: CertificatePaths,
  names: readonly string[],
): Promise<void> {
  const [newCert, newKey] = [`${cert}.new`, `${key}.new`];
  const all = new Set([...names, hostname(), 'localhost', '127.0.0.1', '::1']);
  const [subject = 'localhost'] = all;
  const alternative = [...all].map(name => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',');
  await mkdir(dirname(key), { recursive: true, mode: 0o700 });
  try {
    await run(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', String(DAYS)],
        ...['-subj', `/CN=${subject.slice(0, 64)}`, '-addext', `subjectAltName=${alternative}`],
        ...['-keyout', newKey, '-out', newCert],
      ],
      { timeout: WITHIN_MS },
    );
    await rename(newKey, key);
    await rename(newCert, cert);
  } finally {
    for (const left of [newCert, newKey]) await rm(left, { force: true });
  }
}
