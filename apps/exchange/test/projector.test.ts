import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@kommutator/base';
import type { JournalRecord } from '@kommutator/model/events';
import type { CallRecord, CallRow } from '@kommutator/model/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentFile } from '../src/files/segments.ts';
import { type HistoryStore, Projector } from '../src/office/projector.ts';
import type { Position } from '../src/office/segment-reader.ts';
import { JournalFile } from '../src/signalling/journal-file.ts';
import { callRecords, folder, keptLog } from './support.ts';

const project = (events: readonly JournalRecord[]): CallRecord => ({
  call: { callId: events[0]?.call, protocol: events.map(each => each.seq) } as unknown as CallRow,
  legs: [],
  parties: [],
});

/** A database in memory: one transaction per save; `failAt` breaks the n-th operation before or after its commit. */
class FakeStore implements HistoryStore {
  readonly rows = new Map<string, CallRecord>();
  inserts = 0;
  mark: Position | null = null;
  away = false;
  failAt: { operation: number; committed: boolean } | null = null;
  refuse: string | null = null;
  #operations = 0;

  async checkpoint(): Promise<Position | null> {
    if (this.away) throw new Error('connection refused');
    return this.mark;
  }

  async saveCallRecords(records: readonly CallRecord[], to: Position & { node: string }): Promise<void> {
    if (this.away) throw new Error('connection refused');
    const fails = this.failAt?.operation === this.#operations++;
    if (fails && !this.failAt?.committed) throw new Error('killed before commit');
    if (records.some(each => each.call.callId === this.refuse))
      throw Object.assign(new Error('value too long'), { code: '22001' });
    for (const record of records) {
      if (this.rows.has(record.call.callId)) continue;
      this.rows.set(record.call.callId, record);
      this.inserts++;
    }
    this.mark = { segment: to.segment, offset: to.offset };
    if (fails) throw new Error('killed after commit');
  }
}

function house(records: readonly JournalRecord[], o: { segmentBytes?: number; pieceBytes?: number } = {}) {
  const path = folder();
  const done = join(path, 'done');
  mkdirSync(done);
  const journal = new JournalFile({
    folder: path,
    node: 'main',
    clock: new VirtualClock(),
    log: keptLog(),
    segmentBytes: o.segmentBytes ?? 1_500,
  });
  const write = (some: readonly JournalRecord[]) => {
    for (const record of some) {
      journal.append(record);
      journal.flush();
    }
  };
  write(records);
  const clock = new VirtualClock();
  const store = new FakeStore();
  const log = keptLog();
  const projector = (more: { keepBytes?: number } = {}) =>
    new Projector({
      folder: path,
      doneFolder: done,
      node: 'main',
      store,
      project,
      clock,
      log,
      pieceBytes: o.pieceBytes ?? 700,
      ...more,
    });
  return { path, done, write, clock, store, log, projector };
}

/** Calls whose events stand between each other, as they do in life. */
const interleaved = (count: number): JournalRecord[] => {
  const calls = Array.from({ length: count }, (_, n) => callRecords(`c${n}`));
  return Array.from({ length: count + 4 }, (_, row) =>
    calls.flatMap((records, n) => records.slice(row - n, Math.max(row - n + 1, 0))),
  ).flat();
};

async function drain(projector: Projector): Promise<void> {
  while (await projector.step()) {
    // again
  }
}

describe('the projector', () => {
  it('writes every finished call with all its events and moves done segments away', async () => {
    const { projector, store, path, done } = house(interleaved(12));
    await drain(projector());
    expect([...store.rows.keys()].sort()).toEqual(Array.from({ length: 12 }, (_, n) => `c${n}`).sort());
    for (const row of store.rows.values()) expect(row.call.protocol).toEqual([0, 1, 2, 3, 4]);
    expect(readdirSync(path).filter(file => file.endsWith('.ndjson'))).toHaveLength(1);
    expect(readdirSync(done).length).toBeGreaterThan(3);
  });

  it('DESIGN rule 3 writes every call exactly once when it is killed at any step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        fc.boolean(),
        fc.integer({ min: 200, max: 3_000 }),
        async (operation, committed, pieceBytes) => {
          const { projector, store } = house(interleaved(9), { pieceBytes });
          store.failAt = { operation, committed };
          for (let life = 0; life < 3; life++) {
            await live(projector()).catch(() => {});
          }
          expect(store.rows.size).toBe(9);
          expect(store.inserts).toBe(9);
          for (const row of store.rows.values()) expect(row.call.protocol).toEqual([0, 1, 2, 3, 4]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the segments of a call that goes on, and writes it when it ends', async () => {
    const long = callRecords('long');
    const { projector, store, write, path } = house([...long.slice(0, 3), ...interleaved(10)]);
    const first = projector();
    await drain(first);
    expect(store.rows.has('long')).toBe(false);
    expect(first.openCalls).toBe(1);
    expect(readdirSync(path).filter(file => file.endsWith('.ndjson')).length).toBeGreaterThan(3);
    write(long.slice(3));
    await live(projector());
    expect(store.rows.get('long')?.call.protocol).toEqual([0, 1, 2, 3, 4]);
    expect(store.inserts).toBe(11);
  });

  it('DESIGN §5 waits for a database that is away and writes everything once it is back', async () => {
    const { projector, store, clock, log } = house(interleaved(6));
    store.away = true;
    const stop = new AbortController();
    const running = projector().run(stop.signal);
    await clock.advance(600_000);
    expect(store.rows.size).toBe(0);
    store.away = false;
    await clock.advance(10_000);
    expect(store.inserts).toBe(6);
    expect(log.lines).toEqual([
      'warn call history waits for the database',
      'info call history is written again',
    ]);
    stop.abort();
    await running;
    expect(clock.pending).toBe(0);
  });

  it('follows what is appended later', async () => {
    const { projector, store, clock, write } = house([]);
    const stop = new AbortController();
    const running = projector().run(stop.signal);
    await clock.advance(1_000);
    write(callRecords('later'));
    await clock.advance(1_000);
    expect([...store.rows.keys()]).toEqual(['later']);
    stop.abort();
    await running;
  });

  it('puts aside a record the database refuses and goes on with the others', async () => {
    const { projector, store, done, log } = house(interleaved(5), {
      pieceBytes: 100_000,
      segmentBytes: 100_000,
    });
    store.refuse = 'c2';
    await drain(projector());
    expect([...store.rows.keys()].sort()).toEqual(['c0', 'c1', 'c3', 'c4']);
    expect(existsSync(join(done, 'refused-c2.json'))).toBe(true);
    expect(log.lines).toEqual(['error a call cannot be written into the history']);
  });

  it('passes over a torn last line of a killed writer once a newer segment is there', async () => {
    const { projector, store, path } = house(callRecords('a'), { segmentBytes: 100_000 });
    const [file] = readdirSync(path).filter(each => each.endsWith('.ndjson'));
    appendFileSync(join(path, file ?? ''), '{"v":1,"call":"torn');
    const first = projector();
    await drain(first);
    const next = segmentFile('main', Date.parse('2030-01-01'), 0);
    writeFileSync(join(path, next), '{"head":1,"open":[]}\n');
    for (const record of callRecords('b')) appendFileSync(join(path, next), `${JSON.stringify(record)}\n`);
    await drain(first);
    expect([...store.rows.keys()]).toEqual(['a', 'b']);
  });

  it('removes the oldest done segments when they take too much room', async () => {
    const { projector, done } = house(interleaved(30));
    await drain(projector({ keepBytes: 4_000 }));
    expect(readdirSync(done).length).toBeLessThanOrEqual(3);
  });
});

/** One life of the projector, from its checkpoint until the journal is read or it is killed. */
async function live(projector: Projector): Promise<void> {
  await projector.begin();
  await drain(projector);
}
