import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from '../src/cli/command.ts';
import { ladder } from '../src/cli/ladder.ts';
import { welcome } from '../src/cli/welcome.ts';
import { loadConfig } from '../src/config/index.ts';
import type { TracedMessage } from '../src/files/trace-format.ts';

describe('arguments of the command line', () => {
  it('are positional or named, with = or a blank', () => {
    expect(parseArguments(['a', '--at', '5', 'b', '--domain=x=y'], ['at', 'domain'])).toEqual({
      positional: ['a', 'b'],
      options: { at: '5', domain: 'x=y' },
    });
  });

  it('that mean nothing are refused', () => {
    expect(() => parseArguments(['--loud'], ['at'])).toThrow(UsageError);
    expect(() => parseArguments(['--at'], ['at'])).toThrow('--at needs a value');
  });
});

describe('the ladder of a call', () => {
  const message = (way: 'in' | 'out', peer: string, text: string): TracedMessage => ({
    at: Date.UTC(2026, 0, 1, 10, 0, 0, 5),
    way,
    peer,
    bytes: 0,
    text: `${text}\r\n\r\n`,
  });

  it('has a column per peer, in the order of their appearance, and only its own messages', () => {
    const lines = ladder(
      [
        message('in', 'udp:1.1.1.1:5060', 'INVITE sip:102@demo SIP/2.0\r\nCall-ID: a'),
        message('in', 'udp:9.9.9.9:5060', 'OPTIONS sip:x SIP/2.0\r\nCall-ID: other'),
        message('out', 'udp:2.2.2.2:5060', 'INVITE sip:boris@2.2.2.2 SIP/2.0\r\ni: b'),
        message('in', 'udp:2.2.2.2:5060', 'SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\nCall-ID: b'),
      ],
      new Set(['a', 'b']),
    );
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^time +exchange +udp:1\.1\.1\.1:5060 +udp:2\.2\.2\.2:5060$/);
    expect(lines[1]).toMatch(/^10:00:00\.005 +│◄ INVITE 102 ─+ +│$/);
    expect(lines[2]).toMatch(/│─ INVITE boris ─+►$/);
    expect(lines[3]).toMatch(/│◄ 180 Ringing \(INVITE\) ─+$/);
    expect(lines[2]?.length).toBe(lines[0]?.length);
  });

  it('is empty when nothing was traced', () => {
    expect(ladder([], new Set(['a']))).toEqual([]);
  });
});

describe('what a start prints', () => {
  const config = (env: Record<string, string>) => {
    const read = loadConfig(env);
    if (!read.ok) throw new Error(read.error.join());
    return welcome(read.value).join('\n');
  };

  it('DESIGN §4 tells the demo sign-ins, how to connect a phone and what to dial', () => {
    const text = config({ SIP_HOST: '127.0.0.1', SIP_PORT: '5080' });
    for (const part of [
      '127.0.0.1:5080',
      '127.0.0.1:5061',
      'demo.kommutator.test',
      'anna 101',
      'Demo-1234',
      '/health',
      '999',
    ])
      expect(text).toContain(part);
  });

  it('says nothing of demo accounts where there are none', () => {
    expect(config({ DEMO: '0' })).not.toContain('Demo-1234');
  });
});
