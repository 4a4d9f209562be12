import { access } from 'node:fs/promises';
import type { Clock } from '@kommutator/base';
import { joinTransports, openTls, type SipLog, type Transport } from '@kommutator/sip';
import type { Log } from '@kommutator/telephony';
import type { Config } from '../config/index.ts';
import { ownAddress6, ownAddresses } from '../process/own-address.ts';
import { CertificateFiles } from '../tls/certificate-files.ts';
import { certificatePaths } from '../tls/paths.ts';
import { makeSelfSigned } from '../tls/self-signed.ts';

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

async function openCertificate({ config, clock, log }: SecureOptions): Promise<CertificateFiles> {
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

const ANY = new Set(['0.0.0.0', '::']);

/** The same transport, whose end is that of the certificate's watch too. */
function closing(transport: Transport, certificate: CertificateFiles): Transport {
  const { close } = transport;
  transport.close = () => {
    certificate.close();
    return close();
  };
  return transport;
}
