import { VirtualClock } from '@kommutator/base';
import { beforeEach, describe, expect, test } from 'vitest';
import { SecurityLog } from '../../src/defence/security-log.ts';
import { Guard } from '../../src/line/guard.ts';
import { MemoryLog } from '../../src/testing/memory-ports.ts';

const MINUTE = 60_000;
let clock: VirtualClock;
let log: MemoryLog;
let guard: Guard;

const fail = (times: number, source = '10.0.0.5', account = 'anna@demo') => {
  for (let i = 0; i < times; i++) guard.failed(source, account);
};

beforeEach(() => {
  clock = new VirtualClock();
  log = new MemoryLog();
  guard = new Guard(clock, log, new SecurityLog(clock, log));
});

describe('USR-13.3 the guard against guessing', () => {
  test('nine wrong passwords lock nobody, the tenth locks source and login for 15 minutes', async () => {
    fail(9);
    expect(guard.locked('10.0.0.5', 'anna@demo')).toBe(false);
    fail(1);
    expect(guard.locked('10.0.0.5', 'anna@demo')).toBe(true);
    await clock.advance(15 * MINUTE - 1);
    expect(guard.locked('10.0.0.5', 'anna@demo')).toBe(true);
    await clock.advance(1);
    expect(guard.locked('10.0.0.5', 'anna@demo')).toBe(false);
  });

  test('another source and another login are not locked', () => {
    fail(10);
    expect(guard.locked('10.0.0.6', 'anna@demo')).toBe(false);
    expect(guard.locked('10.0.0.5', 'boris@demo')).toBe(false);
  });

  test('failures older than ten minutes do not count', async () => {
    fail(9);
    await clock.advance(10 * MINUTE);
    fail(1);
    expect(guard.locked('10.0.0.5', 'anna@demo')).toBe(false);
  });

  test('a lock is a security line in the log, the fiftieth attempt an alarm', () => {
    fail(10);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain('"security":true');
    expect(log.lines[0]).toContain(
      'SECURITY event=locked source=10.0.0.5 account=anna@demo minutes=15 count=1',
    );
    for (let i = 0; i < 40; i++) guard.locked('10.0.0.5', 'anna@demo');
    expect(log.lines).toHaveLength(2);
    expect(log.lines[1]).toContain('"alarm":true');
  });

  test('a flood of made-up logins does not fill the memory', () => {
    for (let i = 0; i < 60_000; i++) guard.failed('10.0.0.5', `nobody${i}@demo`);
    expect(guard.size).toBeLessThanOrEqual(50_000);
  });

  test('what is over is forgotten', async () => {
    fail(3);
    await clock.advance(11 * MINUTE);
    fail(1, '10.0.0.9', 'vera@demo');
    expect(guard.size).toBe(1);
  });
});
