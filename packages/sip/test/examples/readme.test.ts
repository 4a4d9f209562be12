import { readFileSync } from 'node:fs';
import { SystemClock } from '@kommutator/base';
import { afterEach, describe, expect, it } from 'vitest';
import { answering } from '../../examples/answering.ts';
import { calling } from '../../examples/calling.ts';
import { createStack, openSockets, type Peer, type SipStack, secureRandom } from '../../src/index.ts';

const HOST = '127.0.0.1';
const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const open: SipStack[] = [];

afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close();
});

async function both(protocol: 'udp' | 'tcp') {
  const clock = new SystemClock();
  const called = await answering(HOST, 0, 40_000);
  const place = { host: HOST, port: 0 };
  const transport = await openSockets({ udp: place, tcp: place, log: () => {}, clock });
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'Calling' });
  open.push(called, stack);
  const at = called.listening.find(one => one.protocol === protocol);
  if (!at) throw new Error(`no ${protocol}`);
  const to: Peer = { protocol, address: at.address, port: at.port };
  return { called, stack, to };
}

const left = (...stacks: readonly SipStack[]) => stacks.map(stack => stack.counters().dialogs);

describe('README of the package', () => {
  it.each(['answering', 'calling'])('RFC 3261 §13 shows examples/%s.ts as it is', name => {
    expect(file('README.md')).toContain(`\`\`\`ts\n${file(`examples/${name}.ts`)}\`\`\``);
  });

  it.each(['udp', 'tcp'] as const)(
    'RFC 3261 §13 its two examples call each other over real %s',
    async protocol => {
      const { called, stack, to } = await both(protocol);
      const { dialog, rtp } = await calling(stack, to, '102', 40_002);
      expect(rtp).toBe('127.0.0.1:40000');
      expect(left(called, stack)).toEqual([1, 1]);
      const bye = await dialog.request('BYE');
      expect(bye.status).toBe(200);
      expect(left(called)).toEqual([0]);
    },
  );

  it('RFC 3261 §13.3.1.3 and the call is refused by who is not listening there, without anything left', async () => {
    const { stack } = await both('tcp');
    const nobody: Peer = { protocol: 'tcp', address: HOST, port: 1 };
    await expect(calling(stack, nobody, '102', 40_002)).rejects.toThrow('102: transport 503');
    expect(stack.counters()).toMatchObject({ transactions: 0, dialogs: 0 });
  });
});
