import type { KeyObject } from 'node:crypto';
import { ALERT, DtlsFault } from './bytes.ts';
import { Handshake, type HandshakeDeps } from './handshake.ts';
import { authenticate, checkSignature, KeyAgreement, signature } from './identity.ts';
import {
  certificateRequest,
  ECDHE_ECDSA,
  keyExchangeParameters,
  P256,
  readCertificate,
  readCertificateVerify,
  readClientHello,
  readClientKeyExchange,
  TYPE,
  writeCertificate,
  writeServerHello,
  writeSigned,
} from './messages.ts';
import type { Message } from './transcript.ts';

/**
 * The side that was called `passive`. No cookie is asked for (RFC 6347 §4.2.1): a datagram gets here only from an
 * address that has answered for itself with the password of ICE.
 */
export class ServerHandshake extends Handshake {
  #awaits: number = TYPE.clientHello;
  #agreement: KeyAgreement | null = null;
  #key: KeyObject | null = null;

  constructor(deps: HandshakeDeps) {
    super(deps, true);
  }

  start(): void {}

  get repeats(): boolean {
    return this.#awaits !== TYPE.clientHello;
  }

  message(message: Message, sealed: boolean): void {
    switch (this.#awaits) {
      case TYPE.clientHello:
        this.#hello(message, sealed);
        break;
      case TYPE.certificate:
        this.#key = authenticate(
          readCertificate(this.take(message, sealed, TYPE.certificate)),
          this.deps.fingerprints,
        );
        this.transcript.add(message);
        this.#awaits = TYPE.clientKeyExchange;
        break;
      case TYPE.clientKeyExchange:
        this.#keyExchange(message, sealed);
        break;
      case TYPE.certificateVerify:
        this.#verify(message, sealed);
        break;
      case TYPE.finished:
        this.#finished(message, sealed);
        break;
    }
  }

  #hello(message: Message, sealed: boolean): void {
    const hello = readClientHello(this.take(message, sealed, TYPE.clientHello));
    if (!hello.suites.includes(ECDHE_ECDSA) || !hello.groups.includes(P256))
      throw new DtlsFault(ALERT.handshakeFailure, 'no cipher in common');
    this.transcript.add(message);
    const { flights, certificate } = this.deps;
    const { random } = this;
    const profile = this.choose(hello.srtp);
    this.profile = profile;
    this.extendedMasterSecret = hello.extendedMasterSecret;
    this.randoms = { client: hello.random, server: random };
    const agreement = new KeyAgreement();
    const parameters = keyExchangeParameters(agreement.point);
    this.#agreement = agreement;
    flights.begin();
    this.say(
      TYPE.serverHello,
      writeServerHello({
        random,
        suite: ECDHE_ECDSA,
        srtp: profile.id,
        extendedMasterSecret: hello.extendedMasterSecret,
      }),
    );
    this.say(TYPE.certificate, writeCertificate(certificate.der));
    const signed = signature(certificate, Buffer.concat([hello.random, random, parameters]));
    this.say(TYPE.serverKeyExchange, Buffer.concat([parameters, writeSigned(signed)]));
    this.say(TYPE.certificateRequest, certificateRequest());
    this.say(TYPE.serverHelloDone, Buffer.alloc(0));
    this.#awaits = TYPE.certificate;
    flights.send(true);
  }

  #keyExchange(message: Message, sealed: boolean): void {
    const point = readClientKeyExchange(this.take(message, sealed, TYPE.clientKeyExchange));
    this.transcript.add(message);
    this.agree((this.#agreement as KeyAgreement).shared(point));
    this.#agreement = null;
    this.#awaits = TYPE.certificateVerify;
  }

  #verify(message: Message, sealed: boolean): void {
    const signed = readCertificateVerify(this.take(message, sealed, TYPE.certificateVerify));
    checkSignature(this.#key as KeyObject, signed, this.transcript.whole());
    this.transcript.add(message);
    this.#awaits = TYPE.finished;
  }

  #finished(message: Message, sealed: boolean): void {
    this.checkFinished(message, sealed);
    const { flights } = this.deps;
    flights.begin();
    this.finish();
    this.#awaits = -1;
    flights.send(false);
    this.complete();
  }
}
