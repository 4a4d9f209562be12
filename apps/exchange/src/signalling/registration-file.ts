import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { Log, RegistrationStore } from '@kommutator/telephony';
import { wholeLines } from '../files/segments.ts';

type Key = Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>;
type Line = { readonly put: RegistrationRecord } | { readonly del: readonly [string, string, string] };

export interface RegistrationFileOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Lines beyond twice the number of registrations after which the file is written anew. */
  readonly slack?: number;
  /** How text reaches the disk; tests fill it up. */
  readonly write?: (fd: number, text: string) => unknown;
}

const SLACK = 10_000;
/** Lines per write while the file is written anew, so that calls are not held up. */
const BATCH = 500;
const NAME = /^(\d+)\.(base|log)$/;

const keyOf = (record: Key): string => JSON.stringify([record.domain, record.login, record.contact]);

/**
 * Registrations on disk. Generation g is what stands in `g.base`, changed by `g.log`. Every change is one line written
 * before the call returns, which a killed process cannot lose. Writing anew opens `g+1.log` at once and makes
 * `g+1.base` in the background; only then generation g is removed, so that every moment has a full set of files.
 */
export class RegistrationFile implements RegistrationStore {
  readonly #options: RegistrationFileOptions;
  readonly #write: (fd: number, text: string) => unknown;
  readonly #records = new Map<string, RegistrationRecord>();
  #generation: number;
  #fd: number;
  #lines = 0;
  #compacting: Promise<void> | null = null;
  #failing = false;
  #revision: number;
  /** There was nothing on disk: a new machine, or one that lost its data. */
  readonly fresh: boolean;

  constructor(options: RegistrationFileOptions) {
    this.#options = options;
    this.#write = options.write ?? ((fd, text) => writeSync(fd, text));
    this.fresh = this.#files().length === 0;
    this.#generation = this.#read();
    this.#fd = this.#openLog();
    this.#revision = Math.floor(options.clock.wall());
  }

  /** Grows with every change, and from one process to the next. */
  get revision(): number {
    return this.#revision;
  }

  /** Registrations that have not expired. */
  load(): readonly RegistrationRecord[] {
    const now = this.#options.clock.wall();
    return [...this.#records.values()].filter(record => record.expiresAt > now);
  }

  get size(): number {
    return this.#records.size;
  }

  save(record: RegistrationRecord): void {
    this.#records.set(keyOf(record), record);
    this.#append({ put: record });
  }

  remove(record: Key): void {
    if (!this.#records.delete(keyOf(record))) return;
    this.#append({ del: [record.domain, record.login, record.contact] });
  }

  /** Resolves when the file is not being written anew. */
  async idle(): Promise<void> {
    await this.#compacting;
  }

  async close(): Promise<void> {
    await this.idle();
    closeSync(this.#fd);
  }

  #append(line: Line): void {
    this.#revision++;
    const missed = this.#failing;
    try {
      // A line torn by a full disk is ended by the newline in front of the next one.
      this.#write(this.#fd, `${this.#failing ? '\n' : ''}${JSON.stringify(line)}\n`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.#options.log.error({ error: String(error) }, 'registrations cannot be written');
      this.#failing = true;
    }
    this.#lines++;
    const slack = this.#options.slack ?? SLACK;
    // What came while the disk was full is on no disk yet: everything is written anew.
    const recovered = missed && !this.#failing;
    if (recovered || this.#lines > 2 * this.#records.size + slack) this.#compacting ??= this.#compact();
  }

  #path(generation: number, kind: 'base' | 'log' | 'tmp'): string {
    return join(this.#options.folder, `${generation}.${kind}`);
  }

  #openLog(): number {
    const fd = openSync(this.#path(this.#generation, 'log'), 'a', 0o600);
    try {
      // Ends a line that a power loss may have torn; an empty line says nothing.
      this.#write(fd, '\n');
    } catch {
      // On a full disk calls are taken all the same; the first line that fits ends the torn one.
      this.#failing = true;
    }
    return fd;
  }

  async #compact(): Promise<void> {
    try {
      const live = this.load();
      closeSync(this.#fd);
      this.#generation++;
      this.#fd = this.#openLog();
      this.#lines = 0;
      await this.#writeBase(live);
      for (const { file, generation } of this.#files())
        if (generation < this.#generation) rmSync(join(this.#options.folder, file), { force: true });
      const now = this.#options.clock.wall();
      for (const [key, record] of this.#records) if (record.expiresAt <= now) this.#records.delete(key);
    } catch (error) {
      this.#options.log.error({ error: String(error) }, 'registrations cannot be written anew');
    } finally {
      this.#compacting = null;
    }
  }

  async #writeBase(records: readonly RegistrationRecord[]): Promise<void> {
    const temporary = this.#path(this.#generation, 'tmp');
    const file = await open(temporary, 'w', 0o600);
    try {
      for (let at = 0; at < records.length; at += BATCH) {
        const batch = records.slice(at, at + BATCH).map(put => `${JSON.stringify({ put })}\n`);
        await file.write(batch.join(''));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path(this.#generation, 'base'));
  }

  /** Reads the newest base and every log from there on. @returns the generation to go on with. */
  #read(): number {
    const files = this.#files();
    const bases = files.filter(file => file.kind === 'base').map(file => file.generation);
    const base = Math.max(0, ...bases);
    const wanted = files
      .filter(file => file.generation >= base && (file.kind === 'log' || file.generation === base))
      .sort((a, b) => a.generation - b.generation || (a.kind === 'base' ? -1 : 1));
    for (const { file } of wanted) this.#apply(readFileSync(join(this.#options.folder, file)));
    return Math.max(0, ...files.map(file => file.generation));
  }

  #files(): readonly { readonly file: string; readonly generation: number; readonly kind: string }[] {
    return readdirSync(this.#options.folder).flatMap(file => {
      const [, generation, kind] = NAME.exec(file) ?? [];
      return generation === undefined || kind === undefined
        ? []
        : [{ file, generation: Number(generation), kind }];
    });
  }

  #apply(bytes: Buffer): void {
    for (const text of wholeLines(bytes).lines) {
      const line = parse(text);
      if (!line) continue;
      this.#lines++;
      if ('put' in line) this.#records.set(keyOf(line.put), line.put);
      else this.#records.delete(JSON.stringify(line.del));
    }
  }
}

function parse(text: string): Line | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    if ('put' in value) return isRecord(value.put) ? { put: value.put } : null;
    return 'del' in value && Array.isArray(value.del) ? (value as Line) : null;
  } catch {
    return null;
  }
}

/** Whether a phone can be found by it: a line that another hand or version wrote is left out, not tripped over. */
function isRecord(value: unknown): value is RegistrationRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { path, instance, ...rest } = value as Partial<RegistrationRecord>;
  return (
    TEXTS.every(name => typeof rest[name] === 'string') &&
    NUMBERS.every(name => Number.isFinite(rest[name])) &&
    (instance === null || typeof instance === 'string') &&
    Array.isArray(path) &&
    path.every(each => typeof each === 'string')
  );
}

const TEXTS = [
  'domain',
  'user',
  'login',
  'contact',
  'protocol',
  'sourceAddress',
  'callId',
  'userAgent',
] as const;
const NUMBERS = ['sourcePort', 'cseq', 'q', 'registeredAt', 'expiresAt'] as const;
