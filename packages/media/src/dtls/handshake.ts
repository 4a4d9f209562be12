import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { SrtpProfile } from '../srtp/profile.ts';
import type { SrtpKeys } from '../srtp/protection.ts';
import { ALERT, DtlsFault } from './bytes.ts';
import type { DtlsCertificate } from './certificate.ts';
import type { Flights } from './flight.ts';
import type { Fingerprint } from './identity.ts';
import { TYPE } from './messages.ts';
import { type DtlsRecord, RecordReader } from './record.ts';
import { masterSecret, type Randoms, recordKeys, srtpKeys, verifyData, type WriteKeys } from './secrets.ts';
import { type Message, Transcript } from './transcript.ts';

export interface HandshakeDeps {
  readonly flights: Flights;
  readonly certificate: DtlsCertificate;
  readonly fingerprints: readonly Fingerprint[];
  readonly profiles: readonly SrtpProfile[];
  /** Unix time, ms. */
  readonly wall: number;
  readonly done: (profile: SrtpProfile, keys: SrtpKeys) => void;
}

/** What the handshakes of both sides have in common. */
export abstract class Handshake {
  protected readonly deps: HandshakeDeps;
  protected readonly transcript = new Transcript();
  protected readonly random: Buffer;
  protected randoms: Randoms | null = null;
  protected extendedMasterSecret = false;
  protected profile: SrtpProfile | null = null;
  readonly #isServer: boolean;
  #master: Buffer | null = null;
  #write: WriteKeys | null = null;
  #reader: RecordReader | null = null;

  constructor(deps: HandshakeDeps, isServer: boolean) {
    this.deps = deps;
    this.#isServer = isServer;
    this.random = randomBytes(32);
    this.random.writeUInt32BE(Math.floor(deps.wall / 1_000) % 2 ** 32);
  }

  /** Begins, where it is ours to begin. */
  abstract start(): void;

  /** The next message of the other side. @throws DtlsFault */
  abstract message(message: Message, sealed: boolean): void;

  /** A flight of the other side that comes again is answered with ours again. */
  abstract readonly repeats: boolean;

  /** There are keys: what comes in clear need not be believed. */
  get protects(): boolean {
    return this.#reader !== null;
  }

  /** Opens a sealed record. */
  open(record: DtlsRecord): Buffer | null {
    return this.#reader?.open(record) ?? null;
  }

  /** A message that must be of this type and in clear. */
  protected take(message: Message, sealed: boolean, type: number): Buffer {
    if (message.type !== type || sealed)
      throw new DtlsFault(ALERT.unexpectedMessage, `message ${message.type} instead of ${type}`);
    return message.body;
  }

  /** A message of ours: sent with the flight and remembered. */
  protected say(type: number, body: Buffer, sealed = false): void {
    this.transcript.add(this.deps.flights.add(type, body, sealed));
  }

  /** Both halves of ECDHE are known, and all messages up to ClientKeyExchange. */
  protected agree(shared: Buffer): void {
    const { randoms } = this;
    if (!randoms) throw new DtlsFault(ALERT.unexpectedMessage, 'keys before the hello');
    const session = this.extendedMasterSecret ? this.transcript.digest() : null;
    this.#master = masterSecret(shared, randoms, session);
    const keys = recordKeys(this.#master, randoms);
    this.#write = this.#isServer ? keys.server : keys.client;
    this.#reader = new RecordReader(this.#isServer ? keys.client : keys.server);
  }

  /** Our ChangeCipherSpec and Finished, behind what the flight holds already. */
  protected finish(): void {
    const { flights } = this.deps;
    if (!this.#master || !this.#write) throw new DtlsFault(ALERT.unexpectedMessage, 'no keys yet');
    flights.change();
    const by = this.#isServer ? 'server' : 'client';
    this.say(TYPE.finished, verifyData(this.#master, by, this.transcript.digest()), true);
    flights.writer.encrypt(this.#write);
  }

  /** The other side's Finished: proof that both saw the same messages. */
  protected checkFinished(message: Message, sealed: boolean): void {
    const by = this.#isServer ? 'client' : 'server';
    if (message.type !== TYPE.finished || !sealed || !this.#master)
      throw new DtlsFault(ALERT.unexpectedMessage, 'no Finished');
    const right = verifyData(this.#master, by, this.transcript.digest());
    if (message.body.length !== right.length || !timingSafeEqual(message.body, right))
      throw new DtlsFault(ALERT.decryptError, 'a wrong Finished');
    this.transcript.add(message);
  }

  /** Hands out the keys. */
  protected complete(): void {
    const { profile, randoms } = this;
    if (!profile || !randoms || !this.#master) throw new DtlsFault(ALERT.handshakeFailure, 'no SRTP');
    const { client, server } = srtpKeys(this.#master, randoms, profile);
    this.transcript.forget();
    this.deps.done(
      profile,
      this.#isServer ? { send: server, receive: client } : { send: client, receive: server },
    );
  }

  /** The profile of SRTP both have, in our order. */
  protected choose(offered: readonly number[]): SrtpProfile {
    const profile = this.deps.profiles.find(({ id }) => offered.includes(id));
    if (!profile) throw new DtlsFault(ALERT.handshakeFailure, 'no profile of SRTP in common');
    return profile;
  }
}
