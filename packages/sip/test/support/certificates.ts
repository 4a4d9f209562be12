import { readFileSync } from 'node:fs';
import type { Certificate, CertificateSource } from '../../src/transport/tls.ts';

const read = (name: string): string => readFileSync(new URL(`./tls/${name}.pem`, import.meta.url), 'utf8');

/** A certificate of the tests, valid for 127.0.0.1 and ::1, its own authority. */
export const certificate = (name: 'one' | 'two'): Certificate => ({
  cert: read(`${name}.cert`),
  key: read(`${name}.key`),
});

/** A source whose certificate the test replaces. */
export class Source implements CertificateSource {
  current: Certificate;
  changed: () => void = () => {};

  constructor(name: 'one' | 'two') {
    this.current = certificate(name);
  }

  replace(name: 'one' | 'two'): void {
    this.current = certificate(name);
    this.changed();
  }
}
