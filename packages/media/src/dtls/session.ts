import type { Clock } from '@kommutator/base';
import { SRTP_PROFILES, type SrtpProfile } from '../srtp/profile.ts';
import type { SrtpKeys } from '../srtp/protection.ts';
import { ALERT, DtlsFault } from './bytes.ts';
import type { DtlsCertificate } from './certificate.ts';
import { ClientHandshake } from './client.ts';
import { Flights } from './flight.ts';
import type { Handshake, HandshakeDeps } from './handshake.ts';
import type { Fingerprint } from './identity.ts';
import { ALERT_RECORD, CHANGE_CIPHER_SPEC, type DtlsRecord, HANDSHAKE, recordsOf } from './record.ts';
import { ServerHandshake } from './server.ts';
import { Reassembly } from './transcript.ts';

export interface DtlsOptions {
  readonly clock: Clock;
  /** `server` waits for the other side's hello. */
  readonly role: 'client' | 'server';
  readonly certificate: DtlsCertificate;
  /** What SDP promised of the other side's certificate. */
  readonly fingerprints: readonly Fingerprint[];
  readonly send: (datagram: Buffer) => void;
  /** The handshake is over: keys for SRTP. */
  readonly connected: (profile: SrtpProfile, keys: SrtpKeys) => void;
  /** It failed, or the other side said good-bye. Nothing more will come. */
  readonly ended: (why: string) => void;
}

/** Flights repeated for a peer that repeats his last one: enough for any loss, too few to be used against others. */
const MOST_REPEATS = 20;

/**
 * A DTLS 1.2 handshake for SRTP (RFC 6347, RFC 5764): ECDHE on P-256, AES-128-GCM, both sides show a certificate and
 * prove to have its key. It carries no data of its own. Nothing throws; time comes from the clock.
 */
export class DtlsSession {
  readonly #options: DtlsOptions;
  readonly #flights: Flights;
  readonly #handshake: Handshake;
  readonly #reassembly = new Reassembly();
  #repeats = 0;
  #over = false;

  constructor(options: DtlsOptions) {
    this.#options = options;
    const { clock, certificate, fingerprints, role } = options;
    this.#flights = new Flights(
      clock,
      datagram => {
        if (!this.#over) options.send(datagram);
      },
      () => this.#end('the other side does not go on'),
    );
    const deps: HandshakeDeps = {
      flights: this.#flights,
      certificate,
      fingerprints,
      profiles: SRTP_PROFILES,
      wall: clock.wall(),
      done: options.connected,
    };
    this.#handshake = role === 'server' ? new ServerHandshake(deps) : new ClientHandshake(deps);
  }

  /** A client says hello. */
  start(): void {
    this.#handshake.start();
  }

  /** A datagram of the other side. */
  receive(datagram: Buffer): void {
    for (const record of recordsOf(datagram)) {
      if (this.#over) return;
      try {
        this.#record(record);
      } catch (error) {
        if (!(error instanceof DtlsFault)) throw error;
        this.#flights.alert(true, error.alert);
        this.#end(error.message);
      }
    }
  }

  /** Says good-bye. */
  close(): void {
    if (this.#over) return;
    this.#flights.alert(false, ALERT.closeNotify);
    this.#over = true;
    this.#flights.stop();
  }

  #record(record: DtlsRecord): void {
    const sealed = record.epoch > 0;
    // RFC 6347 §4.1.2.7: what cannot be opened is passed over. It may have overtaken what its keys come from.
    const body = sealed ? (record.epoch === 1 ? this.#handshake.open(record) : null) : record.body;
    if (!body) return;
    if (record.type === HANDSHAKE) this.#message(body, sealed);
    else if (record.type === ALERT_RECORD) this.#alert(body, sealed);
    else if (record.type === CHANGE_CIPHER_SPEC) return;
  }

  #message(body: Buffer, sealed: boolean): void {
    const old = this.#reassembly.take(body);
    let went = false;
    for (let message = this.#reassembly.shift(); message; message = this.#reassembly.shift()) {
      went = true;
      this.#handshake.message(message, sealed);
    }
    if (!old || went || !this.#handshake.repeats || ++this.#repeats > MOST_REPEATS) return;
    this.#flights.again();
  }

  /** Alerts in clear can be anybody's: only a handshake that has no keys yet believes them. */
  #alert(body: Buffer, sealed: boolean): void {
    const [level, code] = body;
    if (!sealed && this.#handshake.protects) return;
    if (level === 2 || code === ALERT.closeNotify) this.#end(`alert ${code}`);
  }

  #end(why: string): void {
    this.#over = true;
    this.#flights.stop();
    this.#options.ended(why);
  }
}
