import type { Config } from '../config/index.ts';
import { ownAddress } from '../process/own-address.ts';

/** Where the cabinet is reached, for letters: PUBLIC_URL, else this machine. Never what a request calls us. */
export function publicUrlOf(
  config: Pick<Config, 'publicUrl' | 'publicHost' | 'httpHost' | 'httpPort' | 'httpsPort'>,
): string {
  const { publicUrl, publicHost, httpHost, httpPort, httpsPort } = config;
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  if (publicHost !== null) return `https://${bracketed(publicHost)}:${httpsPort}`;
  return `http://${bracketed(ownAddress(httpHost ?? '0.0.0.0'))}:${httpPort}`;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
