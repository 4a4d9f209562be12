import { join } from 'node:path';
import type { Config } from '../config/index.ts';

/** Files of a certificate chain and its key, PEM. */
export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

/** The files given by TLS_CERT and TLS_KEY, or those of our own certificate. */
export function certificatePaths({ tlsCert, tlsKey, dataDir }: Config): CertificatePaths & {
  /** Ours to make. */
  readonly own: boolean;
} {
  if (tlsCert !== null && tlsKey !== null) return { cert: tlsCert, key: tlsKey, own: false };
  return { cert: join(dataDir, 'tls', 'cert.pem'), key: join(dataDir, 'tls', 'key.pem'), own: true };
}
