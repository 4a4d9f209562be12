import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Certificate, CertificateSource } from '@kommutator/sip';
import type { Log } from '@kommutator/telephony';
import type { CertificatePaths } from './paths.ts';

export interface CertificateFilesOptions {
  readonly paths: CertificatePaths;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY: Ms = 30_000;
/** Who renews by hand needs some days. */
const WARN_BEFORE: Ms = 14 * 24 * 3_600_000;

/**
 * Reads a certificate and its key.
 * @throws Error when a file cannot be read, is no PEM, or the two do not belong together.
 */
async function read({ cert, key }: CertificatePaths): Promise<Certificate> {
  const certificate = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  createSecureContext(certificate);
  return certificate;
}

/** End of a certificate's validity, Unix ms. */
export const expiryOf = (pem: string): number => Date.parse(new X509Certificate(pem).validTo);

/** A certificate in files that are looked at every 30 s, so that a renewed one needs no restart. */
export class CertificateFiles implements CertificateSource {
  changed: () => void = () => {};
  #current: Certificate;
  #expires: number;
  readonly #options: CertificateFilesOptions;
  #timer: Timer | null = null;
  /** What has been complained about, so that the log says it once. */
  #complaint = '';
  #closed = false;

  private constructor(options: CertificateFilesOptions, first: Certificate) {
    this.#options = options;
    this.#current = first;
    this.#expires = expiryOf(first.cert);
    this.#judge();
    this.#wait();
  }

  /** @throws Error when there is no usable certificate. */
  static async open(options: CertificateFilesOptions): Promise<CertificateFiles> {
    return new CertificateFiles(options, await read(options.paths));
  }

  get current(): Certificate {
    return this.#current;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Looks at the files now. Half of a new pair is no pair: the old one stays until the other half has come. */
  async look(): Promise<void> {
    const { paths, log } = this.#options;
    try {
      const found = await read(paths);
      if (found.cert !== this.#current.cert || found.key !== this.#current.key) {
        this.#current = found;
        this.#expires = expiryOf(found.cert);
        this.#complaint = '';
        log.info({ until: new Date(this.#expires).toISOString() }, 'new TLS certificate');
        this.changed();
      }
      this.#judge();
    } catch (error) {
      this.#complain(`TLS certificate cannot be read, the old one stays: ${String(error)}`);
    }
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(LOOK_EVERY, () => {
      void this.look().then(() => {
        if (!this.#closed) this.#wait();
      });
    });
  }

  #judge(): void {
    if (this.#expires - this.#options.clock.wall() < WARN_BEFORE)
      this.#complain(`TLS certificate ends ${new Date(this.#expires).toISOString()}: renew it`);
    else this.#complaint = '';
  }

  #complain(text: string): void {
    if (text === this.#complaint) return;
    this.#complaint = text;
    this.#options.log.error({ alarm: true, file: this.#options.paths.cert }, text);
  }
}
