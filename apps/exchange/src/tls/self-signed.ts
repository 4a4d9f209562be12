import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
export async function makeSelfSigned(paths: CertificatePaths, names: readonly string[]): Promise<void> {
  const all = new Set([...names, hostname(), 'localhost', '127.0.0.1', '::1']);
  const [subject = 'localhost'] = all;
  const alternative = [...all].map(name => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',');
  const folder = dirname(paths.key);
  await mkdir(dirname(folder), { recursive: true });
  const made = await mkdtemp(`${folder}.`);
  try {
    const [newCert, newKey] = [join(made, basename(paths.cert)), join(made, basename(paths.key))];
    await run(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', String(DAYS)],
        ...['-subj', `/CN=${subject.slice(0, 64)}`, '-addext', `subjectAltName=${alternative}`],
        ...['-keyout', newKey, '-out', newCert],
      ],
      { timeout: WITHIN_MS },
    );
    await put(made, folder, paths);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** The pair as one, so that two processes that start together end up with one key and its certificate. */
async function put(made: string, folder: string, { cert, key }: CertificatePaths): Promise<void> {
  try {
    await rename(made, folder);
  } catch {
    // There is such a folder with something in it: the other's pair, which is as good, or things of the administrator.
    if (existsSync(cert)) return;
    await rename(join(made, basename(key)), key);
    await rename(join(made, basename(cert)), cert);
  }
}
