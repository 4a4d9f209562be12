import { readdirSync, rmSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Peer } from '@kommutator/sip';
import type { Log } from '@kommutator/telephony';
import { packTrace, withoutSecrets } from '../files/trace-format.ts';

export interface TraceRingOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Room on disk, bytes; 0 = no traces. */
  readonly bytes: number;
}

interface Seen {
  readonly at: number;
  readonly way: 'in' | 'out';
  readonly peer: Peer;
  readonly bytes: Uint8Array;
}

const FLUSH_EVERY: Ms = 200;
/** Messages held while the disk is slow; beyond them traces are dropped, calls never wait. */
const MOST_HELD = 20_000;
const MOST_HELD_BYTES = 64 * 1024 * 1024;
/** The ring is a ring of files. */
const FILES = 64;
const NAME = /^(\d{15})\.trace$/;

/** Every SIP message, secrets left out, in a ring of files; written in batches off the call path. */
export class TraceRing {
  readonly #options: TraceRingOptions;
  #held: Seen[] = [];
  #heldBytes = 0;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();
  #busy = false;
  #file = '';
  #fileBytes = 0;
  #failing = false;
  readonly counters = { messages: 0, dropped: 0 };

  constructor(options: TraceRingOptions) {
    this.#options = options;
  }

  add(way: 'in' | 'out', peer: Peer, bytes: Uint8Array): void {
    if (this.#options.bytes === 0) return;
    if (this.#held.length >= MOST_HELD || this.#heldBytes >= MOST_HELD_BYTES) {
      this.counters.dropped++;
      return;
    }
    this.#heldBytes += bytes.length;
    this.#held.push({ at: this.#options.clock.wall(), way, peer, bytes });
    this.#timer ??= this.#options.clock.after(FLUSH_EVERY, () => {
      this.#timer = null;
      void this.flush();
    });
  }

  /** Writes what is held; resolves when it is on disk or given up. */
  flush(): Promise<void> {
    if (this.#busy) return this.#writing;
    this.#busy = true;
    this.#writing = this.#write().finally(() => {
      this.#busy = false;
    });
    return this.#writing;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#writing;
    await this.flush();
  }

  async #write(): Promise<void> {
    const batch = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    if (batch.length === 0) return;
    const bytes = Buffer.concat(
      batch.flatMap(({ at, way, peer, bytes: message }) => {
        const clean = withoutSecrets(Buffer.from(message.buffer, message.byteOffset, message.length));
        return packTrace({ at, way, peer: `${peer.protocol}:${peer.address}:${peer.port}` }, clean);
      }),
    );
    try {
      this.#turn(batch[0]?.at ?? 0);
      await appendFile(this.#file, bytes, { mode: 0o600 });
      this.#fileBytes += bytes.length;
      this.counters.messages += batch.length;
      this.#failing = false;
    } catch (error) {
      this.counters.dropped += batch.length;
      if (!this.#failing) this.#options.log.warn({ error: String(error) }, 'SIP traces cannot be written');
      this.#failing = true;
    }
  }

  /** Begins a new file when the present one is full, and removes the oldest beyond the room there is. */
  #turn(at: number): void {
    const { bytes, folder } = this.#options;
    if (this.#file !== '' && this.#fileBytes < bytes / FILES) return;
    const files = readdirSync(folder)
      .filter(file => NAME.test(file))
      .sort();
    const last = Number(NAME.exec(files.at(-1) ?? '')?.[1] ?? -1);
    this.#file = join(folder, `${String(Math.max(at, last + 1)).padStart(15, '0')}.trace`);
    this.#fileBytes = 0;
    const sizes = files.map(file => statSync(join(folder, file)).size);
    let over = sizes.reduce((sum, size) => sum + size, 0) + bytes / FILES - bytes;
    for (const [index, file] of files.entries()) {
      if (over <= 0) break;
      rmSync(join(folder, file));
      over -= sizes[index] ?? 0;
    }
  }
}
