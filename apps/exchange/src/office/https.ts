import { listenHttp, type WebApi } from '@kommutator/web-api';
import type { Surroundings } from '../process/lifecycle.ts';
import { openCertificate } from '../tls/open-certificate.ts';

/**
 * HTTPS beside HTTP, with the certificate of SIP over TLS, renewed when its files change. Without a certificate, or when
 * the port is taken, HTTP goes on alone: the log says why.
 */
export async function serveHttps(
  web: WebApi,
  { config, clock, log }: Pick<Surroundings, 'config' | 'clock' | 'log'>,
): Promise<{ readonly port: number | null; close(): Promise<void> }> {
  const host = config.httpHost ?? '0.0.0.0';
  let files: Awaited<ReturnType<typeof openCertificate>> | null = null;
  try {
    files = await openCertificate({ config, clock, log });
    const certificate = files;
    const https = await listenHttp(web, { host, port: config.httpsPort, certificate: certificate.current });
    certificate.changed = () => https.renew(certificate.current);
    return {
      port: https.port,
      close() {
        certificate.close();
        return https.close();
      },
    };
  } catch (error) {
    files?.close();
    log.error({ alarm: true, port: config.httpsPort, error: String(error) }, 'no HTTPS');
    return { port: null, close: async () => {} };
  }
}
