import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@kommutator/base';
import { CAUSES } from '@kommutator/model/cause';
import type { JournalRecord } from '@kommutator/model/events';
import { describe, expect, it } from 'vitest';
import { listSegments, parseLine, segmentPath, wholeLines } from '../src/files/segments.ts';
import { JournalFile, type JournalFileOptions } from '../src/signalling/journal-file.ts';
import { callRecords, folder, keptLog } from './support.ts';

const journal = (path: string, more: Partial<JournalFileOptions> = {}) =>
  new JournalFile({ folder: path, node: 'main', clock: new VirtualClock(), log: keptLog(), ...more });

const readAll = (path: string): JournalRecord[] =>
  listSegments(path, 'main').flatMap(segment =>
    wholeLines(readFileSync(segmentPath(path, segment))).lines.flatMap(line => {
      const said = parseLine(line);
      return said?.kind === 'record' ? [said.record] : [];
    }),
  );

describe('the journal on disk', () => {
  it('holds every record in order once flushed, across segments', () => {
    const path = folder();
    const file = journal(path, { segmentBytes: 2_000 });
    const records = Array.from({ length: 40 }, (_, n) => callRecords(`c${n}`)).flat();
    for (const record of records) {
      file.append(record);
      file.flush();
    }
    expect(readAll(path)).toEqual(records);
    expect(listSegments(path, 'main').length).toBeGreaterThan(5);
    file.close();
  });

  it('writes what one tick appended in one write, without waiting to be asked', async () => {
    const clock = new VirtualClock();
    const writes: number[] = [];
    const file = journal(folder(), {
      clock,
      write: (_fd, bytes) => writes.push(bytes.length) && bytes.length,
    });
    writes.length = 0;
    for (const record of callRecords('a')) file.append(record);
    expect(writes).toEqual([]);
    await clock.settle();
    expect(writes).toHaveLength(1);
  });

  it('DESIGN §5 a writer killed at any byte leaves a readable beginning, and the next start closes its calls', () => {
    const full = folder();
    const file = journal(full);
    for (const record of [...callRecords('a'), ...callRecords('b', 2_000, 3)]) file.append(record);
    file.flush();
    const [name] = readdirSync(full);
    const bytes = readFileSync(join(full, name ?? ''));
    const all = [...callRecords('a'), ...callRecords('b', 2_000, 3)];
    for (let length = 0; length <= bytes.length; length += 7) {
      const path = folder();
      writeFileSync(join(path, name ?? ''), bytes);
      truncateSync(join(path, name ?? ''), length);
      const before = readAll(path);
      expect(before).toEqual(all.slice(0, before.length));
      journal(path).close();
      const after = readAll(path);
      const begun = new Set(before.map(record => record.call));
      const ended = after.filter(record => record.event.type === 'call.ended').map(record => record.call);
      expect(new Set(ended)).toEqual(begun);
      expect(ended).toHaveLength(begun.size);
    }
    file.close();
  });

  it('closes a call left open as ended by the system at its last event', () => {
    const path = folder();
    const file = journal(path);
    for (const record of callRecords('b', 2_000, 3)) file.append(record);
    file.flush();
    journal(path);
    expect(readAll(path).at(-1)).toEqual({
      v: 1,
      call: 'b',
      domain: 'd1',
      seq: 3,
      at: 2_002,
      event: { type: 'call.ended', by: 'system', cause: CAUSES.systemEnd },
    });
  });

  it('lets a call whose caller had hung up end the way the caller ended it', () => {
    const path = folder();
    const file = journal(path);
    for (const record of callRecords('b', 2_000, 4)) file.append(record);
    file.flush();
    journal(path);
    expect(readAll(path).at(-1)?.event).toEqual({ type: 'call.ended', by: 'caller', cause: CAUSES.normal });
  });

  it('finds open calls by the newest segment alone, closes them once, and outlives a clock set back', () => {
    const path = folder();
    const late = new VirtualClock(9_000_000);
    const file = journal(path, { clock: late, segmentBytes: 500 });
    for (const record of callRecords('old', 1, 3)) file.append(record);
    for (let n = 0; n < 20; n++) {
      for (const record of callRecords(`c${n}`)) file.append(record);
      file.flush();
    }
    const [first] = listSegments(path, 'main');
    writeFileSync(
      segmentPath(path, first ?? { file: '', node: '', start: 0, n: 0, number: 0 }),
      'not read\n',
    );
    journal(path, { clock: new VirtualClock(5) });
    journal(path, { clock: new VirtualClock(5) });
    const ends = readAll(path).filter(({ call, event }) => call === 'old' && event.type === 'call.ended');
    expect(ends).toHaveLength(1);
    expect(ends[0]?.seq).toBe(3);
  });

  it('holds records in memory while the disk is full and writes them when there is room', async () => {
    const path = folder();
    const clock = new VirtualClock();
    const log = keptLog();
    const taken: Buffer[] = [];
    let full = false;
    const file = journal(path, {
      clock,
      log,
      write: (_fd, bytes) => {
        if (full) throw new Error('ENOSPC');
        taken.push(Buffer.from(bytes.subarray(0, 50)));
        return Math.min(50, bytes.length);
      },
    });
    full = true;
    const records = callRecords('a');
    for (const record of records) file.append(record);
    file.flush();
    await clock.advance(5_000);
    expect(file.backlog).toBeGreaterThan(0);
    full = false;
    await clock.advance(1_000);
    expect(file.backlog).toBe(0);
    const { lines } = wholeLines(Buffer.concat(taken));
    expect(lines.slice(1).map(line => JSON.parse(line))).toEqual(records);
    expect(log.lines).toEqual([
      'error journal cannot be written, held in memory',
      'info journal is written again',
    ]);
  });
});
