import { close, closeSync, fdatasync, fdatasyncSync, fsync, open, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Ms, Timer } from '@kommutator/base';
import type { JournalRecord } from '@kommutator/model/events';
import type { CallId } from '@kommutator/model/ids';
import type { Journal, Log } from '@kommutator/telephony';
import { closeOpenCall, type OpenCall, OpenCalls } from '../files/open-calls.ts';
import { type SegmentHead, segmentFile } from '../files/segments.ts';
import { recoverJournal } from './journal-recovery.ts';

export interface JournalFileOptions {
  readonly folder: string;
  /** Name of this node, lower-case letters and digits. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A segment is followed by the next when it has grown to so many bytes. */
  readonly segmentBytes?: number;
  /** Calls an earlier life left open that are not ended at once; none when left out. */
  readonly keep?: (open: OpenCall) => boolean;
  /** How bytes reach the disk; tests fill it up. */
  readonly write?: (fd: number, bytes: Buffer, offset: number) => number;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Power loss costs at most this much; a killed process costs nothing (DESIGN rule 3). */
const SYNC_EVERY: Ms = 100;
/** While the disk is full the journal waits in memory, tried again so often and up to so many bytes. */
const RETRY_EVERY: Ms = 1_000;
const MOST_HELD = 256 * 1024 * 1024;

const writeAt = (fd: number, bytes: Buffer, offset: number) => writeSync(fd, bytes, offset);

/**
 * The journal of this node's calls: lines of JSON in segment files, one write per tick, fdatasync in groups off the
 * event loop. Opening it closes the calls an earlier life left open.
 */
export class JournalFile implements Journal {
  readonly #options: JournalFileOptions;
  readonly #write: (fd: number, bytes: Buffer, offset: number) => number;
  readonly #start: number;
  readonly #calls = new OpenCalls();
  readonly #left: Map<CallId, OpenCall>;
  #lines: string[] = [];
  /** Bytes the disk did not take, oldest first. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #fd = -1;
  #n = 0;
  #segmentBytes = 0;
  #scheduled = false;
  #sync: Timer | null = null;
  #retry: Timer | null = null;
  #failing = false;
  #closed = false;
  /** Figures since the start. */
  readonly counters = { records: 0, bytes: 0, writeFailures: 0, closedCalls: 0, lostBytes: 0 };

  constructor(options: JournalFileOptions) {
    this.#options = options;
    this.#write = options.write ?? writeAt;
    const { open: left, nextStart } = recoverJournal(options.folder, options.node);
    this.#start = Math.max(Math.floor(options.clock.wall()), nextStart);
    this.#calls.restore(left);
    this.#beginSegment();
    const kept = left.filter(call => options.keep?.(call));
    const closed = left.filter(call => !kept.includes(call));
    this.#left = new Map(kept.map(call => [call.call, call]));
    for (const call of closed) this.append(closeOpenCall(call));
    this.counters.closedCalls = closed.length;
    if (closed.length > 0)
      options.log.warn({ calls: closed.length }, 'closed calls an earlier run left open');
    this.flush();
  }

  /** Calls an earlier life left open, as it left them: to be gone on with, or abandoned. */
  get left(): readonly OpenCall[] {
    return [...this.#left.values()];
  }

  /** Ends a call of an earlier life at its last event. */
  abandon(call: CallId): void {
    const left = this.#left.get(call);
    if (!left) return;
    this.append(closeOpenCall(left));
    this.counters.closedCalls++;
    this.#left.delete(call);
  }

  /** Calls begun and not ended. */
  get openCalls(): number {
    return this.#calls.size;
  }

  /** Bytes that wait for the disk. */
  get backlog(): number {
    return this.#heldBytes;
  }

  append(record: JournalRecord): void {
    if (this.#closed) return;
    this.#calls.note(record);
    this.#lines.push(JSON.stringify(record));
    this.counters.records++;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#closed || (this.#lines.length === 0 && this.#held.length === 0)) return;
    if (this.#lines.length > 0) this.#hold(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
    if (!this.#drain()) return;
    this.#sync ??= this.#options.clock.after(SYNC_EVERY, () => this.#syncNow());
    if (this.#segmentBytes >= (this.#options.segmentBytes ?? SEGMENT_BYTES)) this.#beginSegment();
  }

  /** Writes and syncs everything; nothing may be appended afterwards. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#sync?.cancel();
    this.#retry?.cancel();
    if (this.#held.length === 0) fdatasyncSync(this.#fd);
    closeSync(this.#fd);
  }

  #hold(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#heldBytes + bytes.length > MOST_HELD) {
      this.counters.lostBytes += bytes.length;
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  /** @returns false when the disk did not take everything: it is tried again later. */
  #drain(): boolean {
    try {
      for (let first = this.#held[0]; first; first = this.#held[0]) {
        const written = this.#write(this.#fd, first, 0);
        this.#heldBytes -= written;
        this.#segmentBytes += written;
        this.counters.bytes += written;
        if (written < first.length) this.#held[0] = first.subarray(written);
        else this.#held.shift();
      }
    } catch (error) {
      this.#failed(error);
      return false;
    }
    if (this.#failing) this.#options.log.info({}, 'journal is written again');
    this.#failing = false;
    return true;
  }

  #failed(error: unknown): void {
    this.counters.writeFailures++;
    if (!this.#failing)
      this.#options.log.error({ error: String(error) }, 'journal cannot be written, held in memory');
    this.#failing = true;
    this.#retry?.cancel();
    this.#retry = this.#options.clock.after(RETRY_EVERY, () => this.flush());
  }

  #beginSegment(): void {
    const { folder, node } = this.#options;
    const previous = this.#fd;
    let fd: number;
    try {
      fd = openSync(join(folder, segmentFile(node, this.#start, this.#n)), 'ax', 0o600);
    } catch (error) {
      if (previous === -1) throw error;
      this.#failed(error);
      return;
    }
    this.#n++;
    this.#fd = fd;
    this.#segmentBytes = 0;
    const head: SegmentHead = { head: 1, open: this.#calls.all };
    this.#hold(`${JSON.stringify(head)}\n`);
    this.#drain();
    syncFolder(folder);
    if (previous !== -1) fdatasync(previous, () => close(previous));
  }

  #syncNow(): void {
    this.#sync = null;
    fdatasync(this.#fd, error => {
      if (error && error.code !== 'EBADF')
        this.#options.log.error({ error: String(error) }, 'journal cannot be synced');
    });
  }
}

/** Makes a new file's name survive a power loss. Without it the file itself may be lost, so failing is only a pity. */
function syncFolder(folder: string): void {
  open(folder, 'r', (error, fd) => {
    if (!error) fsync(fd, () => close(fd));
  });
}
