import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { DomainId } from '@kommutator/model/ids';
import { describe, expect, it } from 'vitest';
import { ChannelCounter } from '../../src/channels.ts';
import { missedBy, together } from '../../src/outcome.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { isTrunkFault, waysOut } from '../../src/trunk-choice.ts';

const cause = (sip: number, q850 = 31): Cause => ({ sip, q850, text: '' });
const destination = { host: '10.9.0.1', port: 5060, protocol: 'udp' as const };

describe('USR-42.6 what a refusal means', () => {
  it.each([
    [cause(486, 17), 'busy'],
    [cause(600, 17), 'busy'],
    [cause(603, 21), 'rejected'],
    [cause(480, 17), 'busy'],
    [cause(480, 21), 'rejected'],
    [cause(480, 20), 'unavailable'],
    [cause(404, 1), 'unavailable'],
    [cause(503, 41), 'unavailable'],
    [cause(403, 21), 'unavailable'],
  ] as const)('%o is %s', (refusal, kind) => {
    expect(missedBy(refusal)).toEqual({ kind, cause: refusal, tried: true });
  });

  it('USR-42.7 a level is busy when every target that was tried is busy', () => {
    const busy = missedBy(CAUSES.busy);
    const absent = { kind: 'unavailable', cause: CAUSES.nobody, tried: false } as const;
    expect(together([busy, absent]).kind).toBe('busy');
    expect(together([busy, missedBy(CAUSES.nobody)]).kind).toBe('unavailable');
    expect(together([absent])).toEqual(absent);
    expect(together([])).toMatchObject({ kind: 'unavailable', tried: false });
  });
});

describe('choice among trunks', () => {
  const facts = (down: string[] = [], calls: Record<string, number> = {}) => ({
    up: (trunk: { name: string }, i: number) => !down.includes(`${trunk.name}/${i}`),
    calls: (trunk: { name: string }) => calls[trunk.name] ?? 0,
  });
  const trunks = [
    trunkOf('any', { priority: 1, destinations: [destination] }),
    trunkOf('moscow', { prefixes: ['7495', '7499'], priority: 5, destinations: [destination, destination] }),
    trunkOf('russia', { prefixes: ['7'], priority: 2, destinations: [destination] }),
    trunkOf('off', { enabled: false, priority: 0, destinations: [destination] }),
  ];
  const names = (number: string, f = facts()) =>
    waysOut(trunks, number, f).map(way => `${way.trunk.name}/${way.destination}`);

  it('longest prefix first, then priority, destinations as configured', () => {
    expect(names('74951234567')).toEqual(['moscow/0', 'moscow/1', 'russia/0', 'any/0']);
    expect(names('375291234567')).toEqual(['any/0']);
  });

  it('a destination that does not answer is tried last, a full trunk not at all', () => {
    expect(names('74951234567', facts(['moscow/0']))).toEqual(['moscow/1', 'russia/0', 'any/0', 'moscow/0']);
    const full = trunkOf('full', { maxCalls: 2, destinations: [destination] });
    expect(waysOut([full], '7', facts([], { full: 2 }))).toEqual([]);
    expect(waysOut([full], '112', facts([], { full: 2 }), true)).toHaveLength(1);
  });

  it('503 and 408 are the trunk’s fault, 486 and 603 the subscriber’s', () => {
    expect([503, 500, 408].every(isTrunkFault)).toBe(true);
    expect([404, 480, 486, 600, 603].some(isTrunkFault)).toBe(false);
  });
});

describe('BIL-36 channels', () => {
  const domain = 'domain' as DomainId;

  it('refuse above the limit, let emergency through, free once', () => {
    const channels = new ChannelCounter();
    const first = channels.take(domain, 'outgoing', 1);
    expect(channels.take(domain, 'outgoing', 1)).toBeNull();
    expect(channels.take(domain, 'incoming', 1)).not.toBeNull();
    expect(channels.take(domain, 'outgoing', 1, { emergency: true })).not.toBeNull();
    expect(channels.used(domain)).toEqual({ incoming: 1, outgoing: 2 });
    first?.[Symbol.dispose]();
    first?.[Symbol.dispose]();
    expect(channels.total).toBe(2);
  });

  it('a limit lowered during calls cuts none and refuses the next', () => {
    const channels = new ChannelCounter();
    channels.take(domain, 'incoming', 2);
    const second = channels.take(domain, 'incoming', 2);
    expect(channels.take(domain, 'incoming', 1)).toBeNull();
    second?.[Symbol.dispose]();
    expect(channels.take(domain, 'incoming', 1)).toBeNull();
    expect(channels.take(domain, 'incoming', 2)).not.toBeNull();
  });
});
