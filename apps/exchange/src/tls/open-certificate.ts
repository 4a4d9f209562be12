import { access } from 'node:fs/promises';
import type { Config } from '../config/index.ts';
import { ownAddress6, ownAddresses } from '../process/own-address.ts';
import { CertificateFiles, type CertificateFilesOptions } from './certificate-files.ts';
import { certificatePaths } from './paths.ts';
import { makeSelfSigned } from './self-signed.ts';

const ANY = new Set(['0.0.0.0', '::']);

/**
 * The certificate of this installation, for SIP and HTTPS; where none is given, the first who asks makes one.
 * @throws Error when there is none and none can be made.
 */
export async function openCertificate({
  config,
  clock,
  log,
}: Omit<CertificateFilesOptions, 'paths'> & { readonly config: Config }): Promise<CertificateFiles> {
  const paths = certificatePaths(config);
  const there = await access(paths.cert).then(
    () => true,
    () => false,
  );
  if (paths.own && !there) {
    const own = [...ownAddresses(), ownAddress6(config.sipHost ?? '')];
    const names = [config.publicHost, config.sipHost, ...own].filter(name => name !== null && !ANY.has(name));
    await makeSelfSigned(paths, names as string[]).catch(error => {
      throw new Error(`no certificate: install openssl, or set TLS_CERT and TLS_KEY (${String(error)})`);
    });
    log.info({ file: paths.cert }, 'self-signed TLS certificate made');
  }
  return CertificateFiles.open({ paths, clock, log });
}
