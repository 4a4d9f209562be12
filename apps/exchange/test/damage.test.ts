import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listSegments, segmentPath } from '../src/files/segments.ts';
import { readDirectory, readDomains } from '../src/files/warm-files.ts';
import { SegmentReader } from '../src/office/segment-reader.ts';
import { LiveDirectory } from '../src/signalling/directory.ts';
import { JournalFile } from '../src/signalling/journal-file.ts';
import { RegistrationFile } from '../src/signalling/registration-file.ts';
import { callRecords, folder, keptLog } from './support.ts';

/** What a disk, an editor or another version may have left in a file of ours. */
const ODD = [
  'null',
  '[]',
  '{}',
  '1',
  '"text"',
  '{"head":1,"open":[null]}',
  '{"head":1,"open":[{}]}',
  '{"head":1,"open":[{"call":1,"domain":"d","seq":0,"at":1}]}',
  '{"v":1,"event":{"type":"call.started"}}',
  '{"v":1,"call":"x","domain":"d","seq":-1,"at":1,"event":{"type":"call.started"}}',
  '{"v":1,"call":"x","domain":"d","seq":0,"at":1,"event":{"type":"leg.ended"}}',
  '{"v":1,"call":"x","domain":"d","seq":1,"at":null,"event":{"type":"call.ended"}}',
  '{"put":null}',
  '{"put":{}}',
  '{"put":{"domain":"d","login":"a","contact":"c"}}',
  '{"del":null}',
  '{"del":[1]}',
  '\u0000\u0000\u0000',
  '{"put":',
  '',
];

const clock = () => new VirtualClock();

describe('DESIGN §5 no file of ours, whatever happened to it, keeps the exchange from starting', () => {
  it.each(ODD)('a journal with the line %j is opened, and the calls beside it are closed', odd => {
    const path = folder();
    const first = new JournalFile({ folder: path, node: 'main', clock: clock(), log: keptLog() });
    for (const record of callRecords('whole', 1_000, 3)) first.append(record);
    first.flush();
    const [segment] = listSegments(path, 'main');
    if (!segment) throw new Error('no segment');
    appendFileSync(segmentPath(path, segment), `${odd}\n`);
    for (const record of callRecords('later', 2_000, 3)) first.append(record);
    first.close();
    const next = new JournalFile({ folder: path, node: 'main', clock: clock(), log: keptLog() });
    expect(next.openCalls).toBe(0);
    next.close();
    expect(readFileSync(segmentPath(path, listSegments(path, 'main')[1] ?? segment), 'utf8')).toContain(
      '"call":"whole","domain":"d1","seq":3',
    );
    const piece = new SegmentReader(path, 'main').read(null);
    expect(piece?.records.map(({ record }) => record.call)).toContain('whole');
  });

  it.each(ODD)('registrations with the line %j are read all the same', odd => {
    const path = folder();
    writeFileSync(join(path, '0.log'), `${odd}\n`);
    const file = new RegistrationFile({ folder: path, clock: clock(), log: keptLog() });
    expect(file.load()).toEqual([]);
  });

  it.each(ODD)('a directory file that says %j is none', odd => {
    const path = folder();
    writeFileSync(join(path, 'directory.json'), odd);
    writeFileSync(join(path, 'domain-d1.json'), odd);
    expect(readDirectory(path)).toBeNull();
    const log = keptLog();
    const directory = new LiveDirectory({ clock: clock(), secrets: { open: text => text }, log });
    for (const domain of readDomains(path)) directory.setDomain(domain);
    directory.close();
  });

  it('random bytes in every file are survived', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const path = folder();
        writeFileSync(join(path, 'main-5-0.ndjson'), one);
        writeFileSync(join(path, '3.log'), other);
        writeFileSync(join(path, '3.base'), one);
        new JournalFile({ folder: path, node: 'main', clock: clock(), log: keptLog() }).close();
        expect(new RegistrationFile({ folder: path, clock: clock(), log: keptLog() }).load()).toEqual([]);
        expect(readdirSync(path).filter(file => file.endsWith('.ndjson'))).toHaveLength(2);
      }),
      { numRuns: 60 },
    );
  });
});
