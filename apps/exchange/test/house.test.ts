import { VirtualClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import type { ChildHandle } from '../src/parent/child.ts';
import { DatabaseKeeper } from '../src/parent/database.ts';
import { House } from '../src/parent/house.ts';
import type { ChildWord, ParentWord } from '../src/process/lifecycle.ts';
import { keptLog } from './support.ts';

function house(roles = ['signalling', 'media', 'office']) {
  const clock = new VirtualClock();
  const log = keptLog();
  const said: string[] = [];
  const children = new Map<string, ChildHandle>();
  const server = { refusals: 0, exit: () => {} };
  const database = new DatabaseKeeper({
    clock,
    log,
    start: async () => {
      if (server.refusals-- > 0) throw new Error('no disk');
      said.push('+database');
      return {
        ownerUrl: 'postgresql://here',
        onExit: watch => {
          server.exit = watch;
        },
        stop: async () => void said.push('-database'),
      };
    },
  });
  const it = new House({
    roles,
    database,
    clock,
    log,
    ready: () => said.push('ready'),
    over: () => said.push('over'),
    spawn: role => {
      said.push(`+${role}`);
      const child: ChildHandle = {
        pid: 1,
        onWord: () => {},
        onExit: () => {},
        kill: () => {},
        send(word: ParentWord) {
          said.push(word.do === 'useDatabase' ? `${role} uses ${word.url}` : `${word.do} ${role}`);
          if (word.do === 'stop') queueMicrotask(() => child.onExit('exit code 0'));
        },
      };
      children.set(role, child);
      return child;
    },
  });
  const word = (role: string, what: ChildWord) => children.get(role)?.onWord(what);
  return { clock, log, said, house: it, server, word, children };
}

describe('the process tree', () => {
  it('starts everything at once and tells the office of its database when there is one', async () => {
    const { clock, said, house: it, server } = house();
    server.refusals = 1;
    it.start();
    await clock.settle();
    expect(said).toEqual(['+signalling', '+media', '+office']);
    expect(it.status.database).toBe('starting');
    await clock.advance(100);
    expect(said.slice(3)).toEqual(['+database', 'office uses postgresql://here']);
    expect(it.status.database).toBe('ready');
  });

  it('tells an office that died where the database is', async () => {
    const { clock, said, house: it, children } = house();
    it.start();
    await clock.settle();
    said.length = 0;
    children.get('office')?.onExit('SIGKILL');
    expect(said).toEqual(['+office', 'office uses postgresql://here']);
  });

  it('DESIGN §3 stops office, signalling, media and last the database, once', async () => {
    const { clock, said, house: it } = house();
    it.start();
    await clock.settle();
    said.length = 0;
    await Promise.all([it.stop(), it.stop()]);
    expect(said).toEqual(['stop office', 'stop signalling', 'stop media', '-database']);
    expect(clock.pending).toBe(0);
  });

  it('says once that it is ready, then only what changes', async () => {
    const { clock, said, log, house: it, word } = house();
    it.start();
    await clock.settle();
    word('office', { is: 'health', missing: ['media'] });
    word('office', { is: 'health', missing: [] });
    word('office', { is: 'health', missing: ['media'] });
    word('office', { is: 'health', missing: [] });
    expect(said.filter(each => each === 'ready')).toHaveLength(1);
    expect(log.lines).toEqual(['warn calls cannot be taken', 'info calls are taken again']);
  });

  it('drains: signalling first, and everything stops when its calls are over', async () => {
    const { clock, said, house: it, word } = house();
    it.start();
    await clock.settle();
    said.length = 0;
    it.drain();
    word('signalling', { is: 'calls', calls: 2 });
    await clock.settle();
    expect([it.status.draining, it.status.calls, said]).toEqual([true, 2, ['drain signalling']]);
    word('signalling', { is: 'drained' });
    await clock.settle();
    expect(said.slice(1)).toEqual(['stop office', 'stop signalling', 'stop media', '-database', 'over']);
  });

  it('tells a signalling that crashed while draining to go on draining', async () => {
    const { clock, said, house: it, word, children } = house();
    it.start();
    await clock.settle();
    it.drain();
    children.get('signalling')?.onExit('SIGSEGV');
    word('signalling', { is: 'ready' });
    expect(said.filter(each => each === 'drain signalling')).toHaveLength(2);
  });

  it('starts a database that died again without touching the calls', async () => {
    const { clock, said, house: it, server } = house();
    it.start();
    await clock.settle();
    said.length = 0;
    server.exit();
    expect(it.status.database).toBe('away');
    await clock.settle();
    expect(said).toEqual(['+database']);
    expect(it.status.database).toBe('ready');
  });

  it('runs a role alone without a database', async () => {
    const { clock, said, house: it } = house(['media']);
    it.start();
    await clock.settle();
    await it.stop();
    expect(said).toEqual(['+media', 'stop media']);
  });
});
