import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Ms } from '@kommutator/base';
import type { JournalRecord } from '@kommutator/model/events';
import type { CallId } from '@kommutator/model/ids';
import type { CallRecord } from '@kommutator/model/record';
import type { Log } from '@kommutator/telephony';
import { listSegments } from '../files/segments.ts';
import { type Position, SegmentReader } from './segment-reader.ts';

/** What the projector needs of the store. */
export interface HistoryStore {
  /** Where the node's history has got to; null = nowhere yet. */
  checkpoint(node: string): Promise<Position | null>;
  /** Inserts what is not there yet (by call id) and moves the checkpoint, in one transaction. */
  saveCallRecords(
    records: readonly CallRecord[],
    checkpoint: Position & { readonly node: string },
  ): Promise<void>;
}

export interface ProjectorOptions {
  readonly folder: string;
  /** Where segments go when all their calls are in the history. */
  readonly doneFolder: string;
  readonly node: string;
  readonly store: HistoryStore;
  readonly project: (events: readonly JournalRecord[]) => CallRecord | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of done segments kept for `trace` and `calls`. */
  readonly keepBytes?: number;
  readonly pieceBytes?: number;
}

const KEEP_BYTES = 256 * 1024 * 1024;
/** The calls of so long are written in one transaction. */
const POLL: Ms = 200;
/** Pauses while the database is away; the last one repeats. */
const PAUSES: readonly Ms[] = [200, 500, 1_000, 2_000, 5_000];

interface OpenGroup {
  readonly first: Position;
  readonly records: JournalRecord[];
}

/**
 * Turns the journal into call history. The checkpoint stands before the oldest call that has not ended, so after a
 * crash everything since is read again and the store leaves out what it has: every call is there exactly once.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #reader: SegmentReader;
  /** Calls without an end, oldest first. */
  readonly #open = new Map<CallId, OpenGroup>();
  #next: Position | null = null;
  /** What the store knows to be done. */
  #saved: Position | null = null;
  /** Segments before this one have been put away. */
  #tidied = 0;
  #ready: CallRecord[] = [];
  readonly counters = { calls: 0, failures: 0, setAside: 0 };

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#reader = new SegmentReader(options.folder, options.node, options.pieceBytes);
  }

  /** Calls read whose end has not come. */
  get openCalls(): number {
    return this.#open.size;
  }

  /** Follows the journal until aborted; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let failures = 0;
    let begun = false;
    while (!signal.aborted) {
      let pause = POLL;
      try {
        if (!begun) await this.begin();
        begun = true;
        if (await this.step()) pause = 0;
        if (failures > 0) log.info({}, 'call history is written again');
        failures = 0;
      } catch (error) {
        this.counters.failures++;
        if (failures === 0) log.warn({ error: String(error) }, 'call history waits for the database');
        pause = PAUSES[Math.min(failures++, PAUSES.length - 1)] ?? POLL;
      }
      await clock.sleep(pause, signal).catch(() => {});
    }
  }

  /** Goes to where the history has got to. */
  async begin(): Promise<void> {
    const { node, store } = this.#options;
    this.#saved = await store.checkpoint(node);
    this.#next = this.#saved;
  }

  /**
   * Reads one piece and writes its finished calls. Until they are written nothing more is read, so a database that is
   * away costs no memory: the journal waits on disk.
   * @returns whether there is more already.
   */
  async step(): Promise<boolean> {
    const piece = this.#ready.length > 0 ? null : this.#reader.read(this.#next);
    if (piece) {
      for (const { record, at } of piece.records) this.#take(record, at);
      this.#next = piece.next;
    }
    const mark = this.#mark();
    if (mark && (this.#ready.length > 0 || mark.segment !== this.#saved?.segment)) {
      await this.#save(mark);
      if (mark.segment !== this.#tidied) this.#tidy(mark);
    }
    return piece?.more ?? false;
  }

  /** Everything before this place is in the history. */
  #mark(): Position | null {
    for (const { first } of this.#open.values()) return first;
    return this.#next;
  }

  #take(record: JournalRecord, at: Position): void {
    const group = this.#open.get(record.call);
    if (!group) {
      // The rest of a call whose beginning is behind the checkpoint was written long ago.
      if (record.seq === 0) this.#open.set(record.call, { first: at, records: [record] });
    } else if (record.seq >= group.records.length) group.records.push(record);
    if (record.event.type !== 'call.ended' || !this.#open.has(record.call)) return;
    this.#open.delete(record.call);
    if (group) this.#project(group.records);
  }

  #project(records: readonly JournalRecord[]): void {
    try {
      const row = this.#options.project(records);
      if (row) this.#ready.push(row);
    } catch (error) {
      this.#setAside(records[0]?.call ?? 'unknown', records, error);
    }
  }

  async #save(mark: Position): Promise<void> {
    const { node, store } = this.#options;
    try {
      await store.saveCallRecords(this.#ready, { node, ...mark });
    } catch (error) {
      if (!isDataFault(error)) throw error;
      await this.#saveOneByOne();
      await store.saveCallRecords([], { node, ...mark });
    }
    this.counters.calls += this.#ready.length;
    this.#ready = [];
    this.#saved = mark;
  }

  /** One record the database refuses must not hold up the others: it is put aside for an engineer. */
  async #saveOneByOne(): Promise<void> {
    const { node, store } = this.#options;
    const before = this.#saved ?? { segment: 0, offset: 0 };
    for (const record of this.#ready)
      try {
        await store.saveCallRecords([record], { node, ...before });
      } catch (error) {
        if (!isDataFault(error)) throw error;
        this.#setAside(record.call.callId, record, error);
      }
  }

  #setAside(call: string, what: unknown, error: unknown): void {
    this.counters.setAside++;
    const file = join(this.#options.doneFolder, `refused-${call}.json`);
    this.#options.log.error({ error: String(error), file }, 'a call cannot be written into the history');
    writeFileSync(file, JSON.stringify(what), { mode: 0o600 });
  }

  /** Segments before the checkpoint are done; the oldest of those go when they take too much room. */
  #tidy(mark: Position): void {
    const { folder, doneFolder, node, keepBytes = KEEP_BYTES } = this.#options;
    this.#tidied = mark.segment;
    for (const { file, number } of this.#reader.segments) {
      if (number >= mark.segment) break;
      renameSync(join(folder, file), join(doneFolder, file));
    }
    const done = listSegments(doneFolder, node).map(({ file }) => join(doneFolder, file));
    const sizes = done.map(file => statSync(file).size);
    let room = sizes.reduce((sum, size) => sum + size, 0) - keepBytes;
    for (const [index, file] of done.entries()) {
      if (room <= 0) break;
      rmSync(file);
      room -= sizes[index] ?? 0;
    }
  }
}

/** SQLSTATE classes 22 (data) and 23 (integrity): trying again cannot help. */
const isDataFault = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^2[23]...$/.test(error.code);
