import { renameSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Ms } from '@kommutator/base';
import type { CallFilter, JobRow, PageKey, Store } from '@kommutator/store';
import type { Log } from '@kommutator/telephony';
import {
  exportName,
  exportTable,
  type JobRunner,
  type LiveHub,
  type Snapshots,
  shownJob,
} from '@kommutator/use-cases';
import { MOST_ROWS, openWriter, type TableWriter } from './writer.ts';

export interface ExportRunnerOptions {
  readonly store: Store;
  readonly snapshots: Snapshots;
  readonly hub: LiveHub;
  /** Of the files. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Rows read and written at a time: a few milliseconds of the event loop. */
const PIECE = 500;
/** Progress is told and cancelling is looked for so often. */
const TELL_EVERY: Ms = 500;
/** What others put into the queue is found so soon. */
const LOOK_EVERY: Ms = 15_000;
const PART = '.part';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Made =
  | { readonly rows: number; readonly fileName: string; readonly size: number }
  | { readonly failure: string };

/** Makes exports, one after another; what a restart cut off is begun anew. */
export class ExportRunner implements JobRunner {
  readonly #options: ExportRunnerOptions;
  #wake: (() => void) | null = null;
  #woken = false;

  constructor(options: ExportRunnerOptions) {
    this.#options = options;
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  fileOf(id: string): string {
    return join(this.#options.folder, id);
  }

  drop(id: string): void {
    rmSync(this.fileOf(id), { force: true });
  }

  /** Works until aborted; never rejects. The database must have been migrated. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#options;
    signal.addEventListener('abort', () => this.wake(), { once: true });
    let begun = false;
    while (!signal.aborted) {
      this.#woken = false;
      try {
        if (!begun) {
          await store.jobs.requeue(clock.wall());
          await this.#sweep();
        }
        begun = true;
        for (const id of await store.jobs.expire(clock.wall())) this.drop(id);
        const job = await store.jobs.claim();
        if (job) {
          await this.#make(job, signal);
          continue;
        }
      } catch (error) {
        log.warn({ error: String(error) }, 'exports wait');
        // What ran when the database went away is begun anew: nobody else would ever end it.
        begun = false;
      }
      await this.#rest(signal);
    }
  }

  /** Removes halves, and files whose job is gone: with its domain, or between two steps of forgetting it. */
  async #sweep(): Promise<void> {
    const { folder, store } = this.#options;
    const names = await readdir(folder);
    const whole = names.filter(name => !name.endsWith(PART));
    const finished = new Set(await store.jobs.finished(whole.filter(name => UUID.test(name))));
    for (const name of names) if (!finished.has(name)) rmSync(join(folder, name), { force: true });
  }

  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = this.#options.clock.after(LOOK_EVERY, resolve);
    await promise;
    timer.cancel();
    this.#wake = null;
  }

  async #make(job: JobRow, signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#options;
    const part = `${this.fileOf(job.id)}${PART}`;
    try {
      const made = await this.#write(job, part, signal);
      if (made === null) {
        rmSync(part, { force: true });
        return;
      }
      if ('failure' in made) rmSync(part, { force: true });
      else renameSync(part, this.fileOf(job.id));
      const done = await store.jobs.finish(job.id, clock.wall(), made);
      if (done) this.#tell(done);
      else this.drop(job.id);
    } catch (error) {
      rmSync(part, { force: true });
      log.error({ job: job.id, error: String(error) }, 'an export could not be made');
      const failed = await store.jobs.finish(job.id, clock.wall(), { failure: 'job.crashed' });
      if (failed) this.#tell(failed);
    }
  }

  /** @returns null when it was cancelled, or we are to stop: it is begun anew then. */
  async #write(job: JobRow, part: string, signal: AbortSignal): Promise<Made | null> {
    const { store, snapshots, clock } = this.#options;
    const { format, language, login } = job.ask;
    const filter = job.ask.filter as CallFilter;
    const config = await snapshots.of(job.domain);
    if (!config) return { failure: 'object.notFound' };
    const most = MOST_ROWS[format];
    const total = await store.callHistory.count(job.domain, filter, most);
    if (total === null) return { failure: 'export.tooManyRows' };
    const table = exportTable(config, filter, language);
    const writer = openWriter(format, part, table.heads);
    let ended = false;
    try {
      const rows = await this.#copy(job, { filter, total, writer, row: table.row, signal });
      if (rows === null) return null;
      await writer.end();
      ended = true;
      const fileName = exportName(config, filter, { login, format, now: clock.wall() });
      return { rows, fileName, size: statSync(part).size };
    } finally {
      if (!ended) await writer.abort();
    }
  }

  async #copy(
    job: JobRow,
    o: {
      readonly filter: CallFilter;
      readonly total: number;
      readonly writer: TableWriter;
      readonly row: ReturnType<typeof exportTable>['row'];
      readonly signal: AbortSignal;
    },
  ): Promise<number | null> {
    const { store, clock } = this.#options;
    let before: PageKey | null = null;
    let rows = 0;
    let told = -TELL_EVERY;
    for (;;) {
      if (o.signal.aborted) return null;
      const page = await store.callHistory.page(job.domain, {
        ...o.filter,
        limit: PIECE,
        ...(before && { before }),
      });
      await o.writer.rows(page.rows.map(o.row));
      rows += page.rows.length;
      before = page.rows.at(-1) ?? null;
      if (!page.more || before === null) return rows;
      if (clock.now() - told < TELL_EVERY) continue;
      told = clock.now();
      const progress = Math.min(0.99, rows / Math.max(1, o.total));
      if (!(await store.jobs.progress(job.id, progress, rows))) return null;
      this.#tell({ ...job, progress, rows });
    }
  }

  #tell(job: JobRow): void {
    this.#options.hub.publish(job.domain, 'jobs', job.id, shownJob(job), {
      right: null,
      people: new Set([job.person]),
    });
  }
}
