import type { Key } from '@kommutator/media';
import type { SymbolicEngine } from '@kommutator/media/testing';
import type { PhoneAudio, PhoneMedia } from './phone-media.ts';

/** A phone's ears on the symbolic engine: it hears what the engine plays to its address. */
export class SymbolicMedia implements PhoneMedia {
  readonly #engine: SymbolicEngine;
  readonly #address: string;
  readonly #telephoneEvent: null | undefined;
  #port = 4_000;
  #open = 0;

  /** @param telephoneEvent null = the phone presses keys as tones. */
  constructor(engine: SymbolicEngine, address: string, telephoneEvent?: null) {
    this.#telephoneEvent = telephoneEvent;
    this.#engine = engine;
    this.#address = address;
  }

  /** Ports in use now. */
  get openPorts(): number {
    return this.#open;
  }

  async open(): Promise<PhoneAudio> {
    const engine = this.#engine;
    const address = this.#address;
    const port = this.#port;
    const far = `${address}:${port}`;
    this.#port += 2;
    this.#open++;
    let closed = false;
    return {
      address,
      port,
      ...(this.#telephoneEvent === null && { telephoneEvent: null }),
      connect: () => undefined,
      hears: async () => engine.hears(far),
      press: async (key: Key) => {
        engine.press(far, key);
      },
      keysHeard: () => engine.keysHeardBy(far),
      close: () => {
        if (!closed) this.#open--;
        closed = true;
      },
    };
  }
}
