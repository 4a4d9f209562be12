import type { MessagePort } from 'node:worker_threads';
import type { Clock } from '@kommutator/base';
import type { Listener, Neighbours, Sound, Source, Sources } from '../engine/sources.ts';
import type { Ep } from '../protocol.ts';
import type { Between } from './messages.ts';

/** Hears an endpoint here for those who want it in another thread. */
class Tap implements Listener {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  packet(source: Source, { packet, kind, start, end, key, toned }: Sound): void {
    const bytes = new Uint8Array(packet);
    const message: Between = { ep: source.ep, bytes, kind, start, end, key, toned };
    this.#port.postMessage(message, [bytes.buffer]);
  }
}

/**
 * The lines of one thread to all others. Who hears an endpoint that is not open here asks every neighbour for it;
 * the one that has it, or comes to have it, sends its packets. So nothing depends on where an endpoint was placed.
 */
export class Links implements Neighbours {
  readonly #clock: Clock;
  readonly #taps = new Map<MessagePort, Map<Ep, Tap>>();
  #sources: Sources | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The hearers of this thread; before any line is added. */
  attach(sources: Sources): void {
    this.#sources = sources;
  }

  /** A line to another thread; it is dropped by itself when that thread ends. */
  add(port: MessagePort): void {
    this.#taps.set(port, new Map());
    port.on('message', (message: Between) => this.#receive(port, message));
    port.on('close', () => this.#drop(port));
    for (const ep of this.#sources?.wanted() ?? []) post(port, { want: ep });
  }

  want(ep: Ep): void {
    for (const port of this.#taps.keys()) post(port, { want: ep });
  }

  unwant(ep: Ep): void {
    for (const port of this.#taps.keys()) post(port, { unwant: ep });
  }

  #receive(port: MessagePort, message: Between): void {
    const taps = this.#taps.get(port);
    if (!taps) return;
    if ('want' in message) {
      const tap = new Tap(port);
      taps.set(message.want, tap);
      this.#sources?.listen(message.want, tap, true);
    } else if ('unwant' in message) {
      this.#untap(taps, message.unwant);
    } else {
      const { ep, bytes, kind, start, end, key, toned } = message;
      const packet = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#sources?.arrived(ep, { packet, kind, start, end, key, toned, now: this.#clock.now(), own: true });
    }
  }

  #drop(port: MessagePort): void {
    const taps = this.#taps.get(port);
    this.#taps.delete(port);
    for (const ep of [...(taps?.keys() ?? [])]) this.#untap(taps ?? new Map(), ep);
  }

  #untap(taps: Map<Ep, Tap>, ep: Ep): void {
    const tap = taps.get(ep);
    taps.delete(ep);
    if (tap) this.#sources?.leave(ep, tap, true);
  }
}

const post = (port: MessagePort, message: Between): void => port.postMessage(message);
