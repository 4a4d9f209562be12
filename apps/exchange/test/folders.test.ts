import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolders, pathsOf } from '../src/files/paths.ts';
import { readable } from '../src/process/log.ts';
import { printable } from '../src/process/printable.ts';
import { folder } from './support.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('DATA_DIR', () => {
  it('SECURITY: what stands in it is for our user alone, also where it was open before', () => {
    const data = folder();
    mkdirSync(join(data, 'trace'));
    chmodSync(join(data, 'trace'), 0o755);
    const paths = pathsOf(data);
    makeFolders(paths);
    const { journal, journalDone, warm, registrations, trace, sockets } = paths;
    for (const path of [journal, journalDone, warm, registrations, trace, dirname(sockets.control)])
      expect([path, modeOf(path)]).toEqual([path, 0o700]);
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'SECURITY: sockets do not go into a folder somebody else made for us',
    () => {
      const data = join(folder(), 'x'.repeat(100));
      const paths = pathsOf(data);
      const sockets = dirname(paths.sockets.control);
      makeFolders(paths);
      expect(sockets.startsWith(data)).toBe(false);
      chownSync(sockets, 65_534, 65_534);
      expect(() => makeFolders(paths)).toThrow('belongs to another user');
      chownSync(sockets, 0, 0);
    },
  );
});

describe('SECURITY: what the network says is not obeyed by a terminal', () => {
  it('control characters become dots, letters stay', () => {
    expect(printable('\u001b]0;x\u0007Анна\r\n\u009b2J')).toBe('·]0;x·Анна···2J');
  });

  it('a log line stays one line', () => {
    const line = JSON.stringify({
      level: 30,
      time: 0,
      process: 'signalling',
      msg: 'no',
      why: 'nobody has \u001b[2J\nx',
    });
    expect(readable(line)).toBe('00:00:00.000 info signalling: no (why=nobody has ·[2J·x)\n');
  });
});
