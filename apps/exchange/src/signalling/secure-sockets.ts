import type { Clock } from '@kommutator/base';
import { joinTransports, openTls, type SipLog, type Transport } from '@kommutator/sip';
import type { Log } from '@kommutator/telephony';
import type { Config } from '../config/index.ts';
import type { CertificateFiles } from '../tls/certificate-files.ts';
import { openCertificate } from '../tls/open-certificate.ts';

export interface SecureOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly sipLog: SipLog;
  readonly host: string;
  /** What Via and Contact say. */
  readonly advertised: string | undefined;
  /** Whether a connection from an address is taken at all. */
  readonly accepts: (address: string) => boolean;
}

/**
 * The transport with TLS beside it. Without a certificate, or when its port is taken, calls go on without TLS: the log
 * says why.
 */
export async function withTls(plain: Transport, options: SecureOptions): Promise<Transport> {
  const { config, clock, log, sipLog, host, advertised, accepts } = options;
  let certificate: CertificateFiles | null = null;
  try {
    certificate = await openCertificate(options);
    const port = config.sipTlsPort;
    const secure = await openTls({ host, port, advertised, certificate, clock, log: sipLog, accepts });
    return closing(joinTransports([plain, secure]), certificate);
  } catch (error) {
    certificate?.close();
    log.error({ alarm: true, port: config.sipTlsPort, error: String(error) }, 'no SIP over TLS');
    return plain;
  }
}

/** The same transport, whose end is that of the certificate's watch too. */
function closing(transport: Transport, certificate: CertificateFiles): Transport {
  const { close } = transport;
  transport.close = () => {
    certificate.close();
    return close();
  };
  return transport;
}
