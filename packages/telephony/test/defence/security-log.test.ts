import { readFileSync } from 'node:fs';
import { VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { SecurityLog } from '../../src/defence/security-log.ts';
import { tellStranger } from '../../src/line/leg-sound.ts';
import type { Log } from '../../src/ports.ts';

const GUIDE = readFileSync(new URL('../../../../docs/security-log.md', import.meta.url), 'utf8');
const filter = /^failregex = (.*)$/m.exec(GUIDE)?.[1] ?? '';
/** What fail2ban puts for <HOST>, near enough. */
const HOST = '(?<host>[\\da-fA-F:.]+)';
const failregex = new RegExp(filter.replace('<HOST>', HOST));
/** `SECURITY word=value …`, as the guide says. */
const GRAMMAR =
  /^SECURITY event=[a-z-]+ source=[\da-fA-F:./]+(?: (?:transport|method|account|minutes|packets)=[\w.@+*#:?-]{1,128})* count=\d+$/;

let clock: VirtualClock;
/** As pino writes them. */
let lines: string[];
let security: SecurityLog;

beforeEach(() => {
  clock = new VirtualClock();
  lines = [];
  const write: Log['warn'] = (fields, msg) =>
    void lines.push(
      JSON.stringify({ level: 40, time: 1_795_000_000_000, process: 'signalling', pid: 7, ...fields, msg }),
    );
  security = new SecurityLog(clock, { debug: write, info: write, warn: write, error: write });
});

const messages = () => lines.map(line => String(JSON.parse(line).msg));

describe('docs/security-log.md', () => {
  test('the line is as the guide says', () => {
    security.write('digest-failure', '203.0.113.9', {
      transport: 'udp',
      method: 'REGISTER',
      account: 'anna@demo.kommutator.test',
    });
    security.write('ban', '2001:db8::1', { minutes: 60 });
    expect(messages()).toEqual([
      'SECURITY event=digest-failure source=203.0.113.9 transport=udp method=REGISTER account=anna@demo.kommutator.test count=1',
      'SECURITY event=ban source=2001:db8::1 minutes=60 count=1',
    ]);
  });

  test.each([
    ['digest-failure', true],
    ['unknown-user', true],
    ['locked', true],
    ['ban', true],
    ['scanner', false],
    ['flood', false],
    ['unban', false],
    ['rtp-refused', false],
  ] as const)('the fail2ban filter of the guide on %s: %s', (event, matches) => {
    for (const source of ['203.0.113.9', '2001:db8::1'])
      security.write(event, source, { account: 'a@b', method: 'REGISTER' });
    expect(lines.map(line => failregex.exec(line)?.groups?.host)).toEqual(
      matches ? ['203.0.113.9', '2001:db8::1'] : [undefined, undefined],
    );
  });

  test('sound for somebody else’s port is told with its source, a few stray packets are not', () => {
    const stats = {
      is: 'stats',
      ep: 1 as never,
      packetsIn: 9,
      packetsOut: 9,
      loss: 0,
      jitterMs: 0,
      mos: 4,
    } as const;
    tellStranger(security, { ...stats, refused: 750, refusedFrom: '203.0.113.66', last: true });
    tellStranger(security, { ...stats, refused: 49, refusedFrom: '203.0.113.67', last: true });
    tellStranger(security, { ...stats, refused: 900, last: true });
    expect(messages()).toEqual(['SECURITY event=rtp-refused source=203.0.113.66 packets=750 count=1']);
  });

  test('nobody writes a line in another’s name', () => {
    const forged = 'x"}\n{"msg":"SECURITY event=ban source=192.0.2.1 count=1"}';
    security.write('unknown-user', '203.0.113.9', { account: forged, method: forged });
    const [line = ''] = lines;
    expect(failregex.exec(line)?.groups?.host).toBe('203.0.113.9');
    // A user agent or a number in another line of the log.
    const other = JSON.stringify({
      level: 30,
      why: forged,
      agent: 'SECURITY event=ban source=192.0.2.1',
      msg: 'INVITE refused',
    });
    expect(failregex.test(other)).toBe(false);
  });

  test('whatever an account is called, the grammar holds and the filter finds the source', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (account, method) => {
        lines.length = 0;
        void clock.advance(1_000);
        security = new SecurityLog(clock, logOf(lines));
        security.write('unknown-user', '203.0.113.9', { account, method });
        const [message = ''] = messages();
        expect(message).toMatch(GRAMMAR);
        expect(failregex.exec(lines[0] ?? '')?.groups?.host).toBe('203.0.113.9');
      }),
    );
  });
});

function logOf(kept: string[]): Log {
  const write: Log['warn'] = (fields, msg) => void kept.push(JSON.stringify({ level: 40, ...fields, msg }));
  return { debug: write, info: write, warn: write, error: write };
}
