import type { Clock, Ms, Timer } from '@kommutator/base';
import { ALERT_RECORD, CHANGE_CIPHER_SPEC, HANDSHAKE, RecordWriter } from './record.ts';
import { fragment, type Message } from './transcript.ts';

/** One record of a flight before it is written: it is numbered anew each time it is sent. */
type Piece =
  | { readonly is: 'message'; readonly message: Message; readonly sealed: boolean }
  | { readonly is: 'change' };

/** Bytes of a datagram: what passes every network. */
const MTU = 1_200;
const RECORD_OVERHEAD = 13 + 12 + 24;
const FIRST: Ms = 400;
const LONGEST: Ms = 3_200;
/** A handshake that has come no further in this time is over. */
const PATIENCE: Ms = 20_000;

/** Sends one flight after another, each again and again until the other side goes on (RFC 6347 §4.2.4). */
export class Flights {
  readonly writer = new RecordWriter();
  readonly #clock: Clock;
  readonly #send: (datagram: Buffer) => void;
  readonly #gaveUp: () => void;
  #flight: Piece[] = [];
  #sequence = 0;
  #timer: Timer | undefined;
  #delay: Ms = FIRST;
  #since: Ms = 0;

  constructor(clock: Clock, send: (datagram: Buffer) => void, gaveUp: () => void) {
    this.#clock = clock;
    this.#send = send;
    this.#gaveUp = gaveUp;
  }

  /** A message of the flight that is being put together. */
  add(type: number, body: Buffer, sealed = false): Message {
    const message = { type, sequence: this.#sequence++, body };
    this.#flight.push({ is: 'message', message, sealed });
    return message;
  }

  /** What comes behind is sealed. */
  change(): void {
    this.#flight.push({ is: 'change' });
  }

  /** The other side went on: the next flight is put together. */
  begin(): void {
    this.#flight = [];
    this.stop();
  }

  /** Sends what was put together. @param awaits whether an answer is to come. */
  send(awaits: boolean): void {
    this.again();
    if (!awaits) return;
    this.#delay = FIRST;
    this.#since = this.#clock.now();
    this.#arm();
  }

  /** The same flight once more. */
  again(): void {
    let datagram: Buffer[] = [];
    let size = 0;
    const flush = () => {
      if (size > 0) this.#send(Buffer.concat(datagram));
      datagram = [];
      size = 0;
    };
    for (const piece of this.#flight) {
      for (const record of this.#records(piece)) {
        if (size + record.length > MTU) flush();
        datagram.push(record);
        size += record.length;
      }
    }
    flush();
  }

  alert(fatal: boolean, code: number): void {
    this.#send(this.writer.write(ALERT_RECORD, Buffer.of(fatal ? 2 : 1, code)));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  *#records(piece: Piece): Iterable<Buffer> {
    if (piece.is === 'change') {
      yield this.writer.plain(CHANGE_CIPHER_SPEC, Buffer.of(1));
      return;
    }
    const { message, sealed } = piece;
    const room = MTU - RECORD_OVERHEAD;
    for (let from = 0; from === 0 || from < message.body.length; from += room) {
      const part = fragment(message, from, Math.min(message.body.length, from + room));
      yield sealed ? this.writer.write(HANDSHAKE, part) : this.writer.plain(HANDSHAKE, part);
    }
  }

  #arm(): void {
    this.#timer = this.#clock.after(this.#delay, () => {
      this.#timer = undefined;
      if (this.#clock.now() - this.#since >= PATIENCE) {
        this.#gaveUp();
        return;
      }
      this.again();
      this.#delay = Math.min(LONGEST, this.#delay * 2);
      this.#arm();
    });
  }
}
