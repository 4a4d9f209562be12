import { createHash, type Hash } from 'node:crypto';
import { ALERT, DtlsFault, uint } from './bytes.ts';

/** A whole handshake message. */
export interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
}

const HEADER = 12;
/** No certificate of a browser is longer. */
const LONGEST = 16_384;
/** Messages that came before their turn and are kept. */
const AHEAD = 8;

/** A message, or a part of it, as it travels (RFC 6347 §4.2.2). */
export const fragment = ({ type, sequence, body }: Message, from = 0, to = body.length): Buffer =>
  Buffer.concat([
    uint(type, 1),
    uint(body.length, 3),
    uint(sequence, 2),
    uint(from, 3),
    uint(to - from, 3),
    body.subarray(from, to),
  ]);

/** The hash over all messages so far, each as if it had not been cut (RFC 6347 §4.2.6). */
export class Transcript {
  #hash: Hash = createHash('sha256');
  #messages: Buffer[] = [];

  add(message: Message): void {
    const whole = fragment(message);
    this.#hash.update(whole);
    this.#messages.push(whole);
  }

  /** What came before a HelloVerifyRequest does not count. */
  restart(): void {
    this.#hash = createHash('sha256');
    this.#messages = [];
  }

  digest(): Buffer {
    return this.#hash.copy().digest();
  }

  /** The messages themselves, which CertificateVerify signs. */
  whole(): Buffer {
    return Buffer.concat(this.#messages);
  }

  /** The handshake is over: only the hash was needed so long. */
  forget(): void {
    this.#messages = [];
  }
}

interface Partial {
  readonly type: number;
  readonly body: Buffer;
  readonly have: Uint8Array;
  missing: number;
}

/** Puts handshake messages together from their fragments and gives them out in order. */
export class Reassembly {
  #next = 0;
  readonly #partial = new Map<number, Partial>();

  /** The sequence number expected next. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes the body of one handshake record, which may hold several messages.
   * @returns whether there was one that had been given out before: the peer repeats its flight.
   * @throws DtlsFault for what can be no message of a handshake.
   */
  take(body: Buffer): boolean {
    let old = false;
    for (let at = 0; at < body.length; ) {
      if (at + HEADER > body.length) throw new DtlsFault(ALERT.decodeError, 'cut short');
      const length = body.readUIntBE(at + 1, 3);
      const sequence = body.readUInt16BE(at + 4);
      const from = body.readUIntBE(at + 6, 3);
      const size = body.readUIntBE(at + 9, 3);
      const end = at + HEADER + size;
      if (length > LONGEST || from + size > length || end > body.length)
        throw new DtlsFault(ALERT.decodeError, 'a fragment outside its message');
      if (sequence < this.#next) old = true;
      else if (sequence < this.#next + AHEAD)
        this.#put(sequence, body[at] as number, length, from, body.subarray(at + HEADER, end));
      at = end;
    }
    return old;
  }

  /** The next message in order, once it is whole. */
  shift(): Message | undefined {
    const partial = this.#partial.get(this.#next);
    if (!partial || partial.missing > 0) return undefined;
    this.#partial.delete(this.#next);
    return { type: partial.type, sequence: this.#next++, body: partial.body };
  }

  #put(sequence: number, type: number, length: number, from: number, piece: Buffer): void {
    let partial = this.#partial.get(sequence);
    if (!partial) {
      partial = { type, body: Buffer.alloc(length), have: new Uint8Array(length), missing: length };
      this.#partial.set(sequence, partial);
    }
    if (partial.type !== type || partial.body.length !== length)
      throw new DtlsFault(ALERT.illegalParameter, 'fragments of two messages under one number');
    piece.copy(partial.body, from);
    for (let i = from; i < from + piece.length; i++) {
      if (partial.have[i] === 0) partial.missing--;
      partial.have[i] = 1;
    }
  }
}
