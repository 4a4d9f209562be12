import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { DomainId, UserId } from '@kommutator/model/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegistrationFile } from '../src/signalling/registration-file.ts';
import { folder, keptLog } from './support.ts';

const record = (login: string, expiresAt = Number.MAX_SAFE_INTEGER, cseq = 1): RegistrationRecord => ({
  domain: 'd1' as DomainId,
  user: `u-${login}` as UserId,
  login,
  contact: `sip:${login}@10.0.0.1`,
  instance: null,
  protocol: 'udp',
  sourceAddress: '10.0.0.1',
  sourcePort: 5060,
  callId: 'x',
  cseq,
  path: [],
  userAgent: 'phone',
  q: 1000,
  registeredAt: 0,
  expiresAt,
});

const open = (path: string, slack = 10_000, clock = new VirtualClock()) =>
  new RegistrationFile({ folder: path, clock, log: keptLog(), slack });
const logins = (file: RegistrationFile) =>
  file
    .load()
    .map(each => each.login)
    .sort();

describe('registrations on disk', () => {
  it('DESIGN §5 a full disk keeps nobody from starting or registering; all are on disk when there is room again', async () => {
    const path = folder();
    open(path).save(record('anna'));
    let full = true;
    const file = new RegistrationFile({
      folder: path,
      clock: new VirtualClock(),
      log: keptLog(),
      write: (fd, text) => {
        if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        writeSync(fd, text);
      },
    });
    file.save(record('boris'));
    expect(logins(file)).toEqual(['anna', 'boris']);
    full = false;
    file.save(record('vera'));
    await file.idle();
    expect(logins(open(path))).toEqual(['anna', 'boris', 'vera']);
  });

  it('DESIGN §5 are there for the next process however the last one ended', () => {
    const path = folder();
    const first = open(path);
    first.save(record('anna'));
    first.save(record('boris'));
    first.remove(record('boris'));
    expect(logins(open(path))).toEqual(['anna']);
  });

  it('drop what has expired', () => {
    const clock = new VirtualClock(1_000);
    const path = folder();
    const file = open(path, 10, clock);
    file.save(record('old', 1_000));
    file.save(record('new', 1_001));
    expect(logins(file)).toEqual(['new']);
    expect(logins(open(path, 10, clock))).toEqual(['new']);
  });

  it('lose only the torn line of a power loss, not the one written after it', () => {
    const path = folder();
    const first = open(path);
    first.save(record('anna'));
    first.save(record('boris'));
    const log = join(path, readdirSync(path)[0] ?? '');
    truncateSync(log, readFileSync(log).length - 5);
    open(path).save(record('vera'));
    expect(logins(open(path))).toEqual(['anna', 'vera']);
  });

  it('are written anew when they have grown, and read the same afterwards', async () => {
    const path = folder();
    const file = open(path, 20);
    for (let n = 0; n < 200; n++) {
      file.save(record(`user${n % 5}`, Number.MAX_SAFE_INTEGER, n));
      await file.idle();
    }
    await file.close();
    const size = readdirSync(path).reduce((sum, name) => sum + readFileSync(join(path, name)).length, 0);
    expect(size).toBeLessThan(60 * JSON.stringify(record('user1')).length);
    const again = open(path).load();
    expect(again.map(each => each.cseq).sort((a, b) => a - b)).toEqual([195, 196, 197, 198, 199]);
  });

  it('survive a kill at every step of writing anew', async () => {
    const path = folder();
    const steps: string[] = [];
    const file = open(path, 5);
    const keep = () => {
      const copy = folder();
      cpSync(path, copy, { recursive: true });
      steps.push(copy);
    };
    for (let n = 0; n < 40; n++) {
      file.save(record(`user${n % 3}`, Number.MAX_SAFE_INTEGER, n));
      keep();
      expect(logins(open(steps.at(-1) ?? ''))).toEqual(logins(file));
      await Promise.resolve();
    }
    await file.close();
    keep();
    expect(logins(open(steps.at(-1) ?? ''))).toEqual(['user0', 'user1', 'user2']);
  });

  it('ignore lines that are not theirs', () => {
    fc.assert(
      fc.property(fc.string(), rubbish => {
        const path = folder();
        writeFileSync(join(path, '0.log'), `${JSON.stringify({ put: record('anna') })}\n`);
        appendFileSync(join(path, '0.log'), `${rubbish.replaceAll('\n', ' ')}\n`);
        expect(logins(open(path))).toEqual(['anna']);
        rmSync(path, { recursive: true });
      }),
      { numRuns: 30 },
    );
  });
});
