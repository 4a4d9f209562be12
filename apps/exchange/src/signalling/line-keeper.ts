import type { Ms } from '@kommutator/base';
import type { Exchange } from '@kommutator/telephony';
import { type LineOptions, type OpenLine, openLine } from './line.ts';

const RETRY: Ms = 1_000;

export interface LineKeeperOptions extends LineOptions {
  /** The line has opened. */
  readonly opened: (exchange: Exchange) => void;
  /** What health reports has changed. */
  readonly changed: () => void;
}

/** Opens the line as soon as the directory is known, and tries again while its ports are taken. */
export class LineKeeper {
  readonly #options: LineKeeperOptions;
  #line: OpenLine | null = null;
  #opening: Promise<void> | null = null;
  #overload = false;
  #drained: Promise<void> | null = null;
  #closed = false;

  constructor(options: LineKeeperOptions) {
    this.#options = options;
  }

  get open(): OpenLine | null {
    return this.#line;
  }

  get calls(): number {
    return this.#line?.exchange.calls ?? 0;
  }

  get draining(): boolean {
    return this.#drained !== null;
  }

  setOverload(on: boolean): void {
    this.#overload = on;
    this.#line?.exchange.setOverload(on);
  }

  directoryChanged(): void {
    if (this.#line) this.#line.exchange.reload();
    else this.#opening ??= this.#open();
  }

  /** No new calls; resolves when those that go on are over. */
  drain(): Promise<void> {
    this.#drained ??= this.#line?.exchange.drain() ?? Promise.resolve();
    this.#options.changed();
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening;
    await this.#line?.close();
    this.#line = null;
  }

  async #open(): Promise<void> {
    const { clock, log, opened, changed } = this.#options;
    let failed = false;
    while (!this.#closed) {
      try {
        const line = await openLine(this.#options);
        this.#line = line;
        line.exchange.setOverload(this.#overload);
        opened(line.exchange);
        const sockets = line.sip.listening.map(each => `${each.protocol}:${each.address}:${each.port}`);
        log.info({ sockets: sockets.join(' ') }, 'SIP sockets are open');
        changed();
        return;
      } catch (error) {
        if (!failed) log.error({ error: String(error) }, 'SIP sockets cannot be opened, trying again');
        failed = true;
        await clock.sleep(RETRY);
      }
    }
  }
}
