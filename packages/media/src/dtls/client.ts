import { ALERT, DtlsFault } from './bytes.ts';
import { Handshake, type HandshakeDeps } from './handshake.ts';
import { authenticate, checkSignature, KeyAgreement, signature } from './identity.ts';
import {
  ECDHE_ECDSA,
  ECDHE_RSA,
  readCertificate,
  readHelloVerifyRequest,
  readServerHello,
  readServerKeyExchange,
  TYPE,
  writeCertificate,
  writeClientHello,
  writeClientKeyExchange,
  writeSigned,
} from './messages.ts';
import type { Message } from './transcript.ts';

/** The side that was called `active`: says hello first. */
export class ClientHandshake extends Handshake {
  #awaits: number = TYPE.serverHello;
  #cookies = 0;
  #certificate: Buffer | null = null;
  #agreement: KeyAgreement | null = null;
  #shared: Buffer | null = null;
  #certificateAsked = false;

  constructor(deps: HandshakeDeps) {
    super(deps, false);
  }

  /** Our last flight is repeated by its timer, and by the server's question for it. */
  get repeats(): boolean {
    return this.#awaits === TYPE.finished;
  }

  start(): void {
    this.#hello(Buffer.alloc(0));
  }

  message(message: Message, sealed: boolean): void {
    switch (this.#awaits) {
      case TYPE.serverHello:
        if (message.type === TYPE.helloVerifyRequest && !sealed && this.#cookies++ === 0) {
          this.transcript.restart();
          this.#hello(readHelloVerifyRequest(message.body));
        } else this.#serverHello(message, sealed);
        break;
      case TYPE.certificate:
        this.#certificate = readCertificate(this.take(message, sealed, TYPE.certificate));
        this.transcript.add(message);
        this.#awaits = TYPE.serverKeyExchange;
        break;
      case TYPE.serverKeyExchange:
        this.#keyExchange(message, sealed);
        break;
      case TYPE.serverHelloDone:
        this.#last(message, sealed);
        break;
      case TYPE.finished:
        this.checkFinished(message, sealed);
        this.deps.flights.stop();
        this.#awaits = -1;
        this.complete();
        break;
    }
  }

  #hello(cookie: Buffer): void {
    const { flights, profiles } = this.deps;
    flights.begin();
    const ids = profiles.map(({ id }) => id);
    this.say(TYPE.clientHello, writeClientHello(this.random, cookie, ids));
    flights.send(true);
  }

  #serverHello(message: Message, sealed: boolean): void {
    const hello = readServerHello(this.take(message, sealed, TYPE.serverHello));
    if (hello.suite !== ECDHE_ECDSA && hello.suite !== ECDHE_RSA)
      throw new DtlsFault(ALERT.illegalParameter, 'a cipher that was not offered');
    this.profile = this.choose(hello.srtp === undefined ? [] : [hello.srtp]);
    this.extendedMasterSecret = hello.extendedMasterSecret;
    this.randoms = { client: this.random, server: hello.random };
    this.transcript.add(message);
    this.#awaits = TYPE.certificate;
  }

  #keyExchange(message: Message, sealed: boolean): void {
    const body = this.take(message, sealed, TYPE.serverKeyExchange);
    const { point, parameters, ...signed } = readServerKeyExchange(body);
    const { client, server } = this.randoms ?? { client: this.random, server: this.random };
    const key = authenticate(this.#certificate ?? Buffer.alloc(0), this.deps.fingerprints);
    checkSignature(key, signed, Buffer.concat([client, server, parameters]));
    this.#agreement = new KeyAgreement();
    this.#shared = this.#agreement.shared(point);
    this.transcript.add(message);
    this.#awaits = TYPE.serverHelloDone;
  }

  /** CertificateRequest may come before ServerHelloDone; then it is our turn. */
  #last(message: Message, sealed: boolean): void {
    if (message.type === TYPE.certificateRequest && !sealed && !this.#certificateAsked) {
      this.#certificateAsked = true;
      this.transcript.add(message);
      return;
    }
    this.take(message, sealed, TYPE.serverHelloDone);
    this.transcript.add(message);
    const { flights, certificate } = this.deps;
    flights.begin();
    if (this.#certificateAsked) this.say(TYPE.certificate, writeCertificate(certificate.der));
    this.say(TYPE.clientKeyExchange, writeClientKeyExchange((this.#agreement as KeyAgreement).point));
    this.agree(this.#shared as Buffer);
    if (this.#certificateAsked) {
      const signed = signature(certificate, this.transcript.whole());
      this.say(TYPE.certificateVerify, writeSigned(signed));
    }
    this.finish();
    this.#awaits = TYPE.finished;
    flights.send(true);
  }
}
