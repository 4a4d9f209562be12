import { VirtualClock } from '@kommutator/base';
import type { Peer } from '@kommutator/sip';
import { sourceKey } from '@kommutator/sip';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Limits, NO_LIMITS, type Rates } from '../../src/defence/limits.ts';
import { KINDS, kindOf } from '../../src/defence/message-kind.ts';
import { Recent } from '../../src/defence/recent.ts';
import { Shield } from '../../src/defence/shield.ts';
import { MemoryDirectory, MemoryLog, trunkOf } from '../../src/testing/memory-ports.ts';

const MINUTE = 60_000;
const STRANGER: Peer = { protocol: 'udp', address: '203.0.113.9', port: 5060 };
const rates = (rate: number, burst: number): Rates => ({
  register: { rate, burst },
  invite: { rate, burst },
  options: { rate, burst },
  subscribe: { rate, burst },
  other: { rate, burst },
  response: { rate, burst },
  connection: { rate, burst },
});
const LIMITS: Limits = { unknown: rates(10, 20), known: rates(100, 500), strangers: rates(50, 60) };
const BAN = { failures: 30, within: 10 * MINUTE, lasts: 60 * MINUTE };
const bytes = (text: string) => Buffer.from(text);
const REGISTER = bytes('REGISTER sip:demo.kommutator.test SIP/2.0\r\n');
const INVITE = bytes('INVITE sip:100@10.0.0.1 SIP/2.0\r\n');

let clock: VirtualClock;
let log: MemoryLog;
let directory: MemoryDirectory;

const shieldOf = (o: { limits?: Limits; ban?: typeof BAN | null; edges?: string[] } = {}) =>
  new Shield({
    clock,
    log,
    directory,
    limits: o.limits ?? LIMITS,
    ban: o.ban === undefined ? BAN : o.ban,
    edges: o.edges ?? [],
    localNets: ['198.51.100.0/24'],
  });

/** How many of so many messages at once are read. */
const admitted = (shield: Shield, count: number, from: Peer = STRANGER, message: Uint8Array = REGISTER) =>
  Array.from({ length: count }, () => shield.admits(message, from)).filter(Boolean).length;

const from = (address: string, o: Partial<Peer> = {}): Peer => ({ ...STRANGER, address, ...o });
const told = (event: string) => log.lines.filter(line => line.includes(`SECURITY event=${event} `));
const guesses = (shield: Shield, count: number, exists = false, peer = STRANGER) => {
  for (let n = 0; n < count; n++) shield.failed(peer, 'REGISTER', `${n}@demo`, exists);
};

beforeEach(() => {
  clock = new VirtualClock();
  log = new MemoryLog();
  directory = new MemoryDirectory();
});

describe('who is counted as one', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('%s is %s', (address, key) => expect(sourceKey(address)).toBe(key));
});

describe('what a message is, by its first letters', () => {
  test.each([
    ['REGISTER sip:x SIP/2.0', 'register'],
    ['REFER sip:x SIP/2.0', 'other'],
    ['INVITE sip:x SIP/2.0', 'invite'],
    ['INFO sip:x SIP/2.0', 'other'],
    ['OPTIONS sip:x SIP/2.0', 'options'],
    ['SUBSCRIBE sip:x SIP/2.0', 'subscribe'],
    ['SIP/2.0 200 OK', 'response'],
    ['\r\n\r\nINVITE sip:x SIP/2.0', 'invite'],
    ['BYE sip:x SIP/2.0', 'other'],
    ['', 'other'],
    ['\r\n', 'other'],
  ])('%j is %s', (text, kind) => expect(KINDS[kindOf(bytes(text))]).toBe(kind));

  test('whatever comes is one of them', () => {
    fc.assert(fc.property(fc.uint8Array(), any => KINDS[kindOf(any)] !== undefined));
  });
});

describe('limits by source and method', () => {
  test('a stranger is read so often at once, then so often a second; each method has a measure of its own', async () => {
    const shield = shieldOf();
    expect(admitted(shield, 100)).toBe(20);
    expect(admitted(shield, 100, STRANGER, INVITE)).toBe(20);
    await clock.advance(1_000);
    expect(admitted(shield, 100)).toBe(10);
    await clock.advance(60_000);
    expect(admitted(shield, 100)).toBe(20);
  });

  test('one who floods does not use up what others may send, and all strangers together have a measure', () => {
    const shield = shieldOf();
    expect(admitted(shield, 1_000)).toBe(20);
    expect(admitted(shield, 10, from('203.0.113.10'))).toBe(10);
    expect(admitted(shield, 1_000, from('203.0.113.11'))).toBe(20);
    expect(admitted(shield, 1_000, from('203.0.113.12'))).toBe(10);
    expect(shield.counters.limited).toBe(980 + 980 + 990);
  });

  test('a known address has its own measure, whatever strangers do, for an hour', async () => {
    const shield = shieldOf();
    for (let n = 0; n < 10; n++) admitted(shield, 100, from(`203.0.113.${n}`));
    shield.vouch('192.0.2.1');
    expect(admitted(shield, 1_000, from('192.0.2.1'))).toBe(500);
    await clock.advance(60 * MINUTE);
    expect(admitted(shield, 1_000, from('192.0.2.1'))).toBe(20);
  });

  test('an office of 500 phones after a power cut: 500 REGISTERs at once from an address nobody knows, then what phones do that are known', () => {
    const defaults = { ...rates(50, 1000), invite: { rate: 20, burst: 200 } };
    const shield = shieldOf({
      limits: { unknown: defaults, known: rates(200, 5_000), strangers: rates(500, 1_000) },
    });
    expect(admitted(shield, 500)).toBe(500);
    shield.vouch(STRANGER.address);
    expect(admitted(shield, 6_000)).toBe(5_000);
  });

  test('connections have a measure of their own, before a handshake is made; trunks and edges have none', async () => {
    directory.setTrunks([trunkOf('carrier', { trusts: ['192.0.2.7'] })]);
    const shield = shieldOf({ edges: ['192.0.2.8'] });
    const taken = (address: string) =>
      Array.from({ length: 1_000 }, () => shield.accepts(address)).filter(Boolean).length;
    expect([taken(STRANGER.address), taken('192.0.2.7'), taken('192.0.2.8')]).toEqual([20, 1_000, 1_000]);
    expect(shield.counters).toMatchObject({ refusedConnections: 980, limited: 0 });
    expect(told('flood')).toHaveLength(1);
    expect(admitted(shield, 100)).toBe(20);
    shield.vouch('192.0.2.1');
    expect(taken('192.0.2.1')).toBe(500);
  });

  test('trunks and edges have no limits; over WebSocket a trunk’s address is anybody’s', async () => {
    directory.setTrunks([trunkOf('carrier', { trusts: ['192.0.2.7'] })]);
    const shield = shieldOf({ edges: ['192.0.2.8'] });
    for (const [address, protocol, count] of [
      ['192.0.2.7', 'udp', 1_000],
      ['192.0.2.8', 'udp', 1_000],
      ['192.0.2.8', 'wss', 1_000],
      ['192.0.2.7', 'wss', 20],
    ] as const)
      expect([address, protocol, admitted(shield, 1_000, from(address, { protocol }))]).toEqual([
        address,
        protocol,
        count,
      ]);
    shield.acquaintances = { registered: () => false, destination: address => address === '192.0.2.99' };
    expect(admitted(shield, 1_000, from('192.0.2.99'))).toBe(1_000);
  });

  test('a trunk that is added is known within ten seconds', async () => {
    const shield = shieldOf();
    expect(admitted(shield, 100, from('192.0.2.7'))).toBe(20);
    directory.setTrunks([trunkOf('carrier', { trusts: ['192.0.2.7'] })]);
    await clock.advance(10_000);
    expect(admitted(shield, 1_000, from('192.0.2.7'))).toBe(1_000);
  });

  test('a million sources do not fill the memory', () => {
    const table = new Recent<number>(100_000);
    for (let n = 0; n < 1_000_000; n++) table.set(`key ${n}`, n);
    expect(table.size).toBeLessThanOrEqual(100_000);
    expect(table.get('key 999999')).toBe(999_999);
    expect(table.get('key 1')).toBeUndefined();
  });

  test('what is asked for again and again is not forgotten', () => {
    const table = new Recent<string>(1_000);
    table.set('good', 'phone');
    for (let n = 0; n < 100_000; n++) {
      table.set(`key ${n}`, 'x');
      if (n % 400 === 0) expect(table.get('good')).toBe('phone');
    }
  });
});

describe('USR-13.3 bans', () => {
  test('thirty wrong passwords within ten minutes from an unknown address: it is not heard for an hour', async () => {
    const shield = shieldOf();
    guesses(shield, 29);
    expect(shield.admits(REGISTER, STRANGER)).toBe(true);
    guesses(shield, 1);
    expect([shield.admits(REGISTER, STRANGER), shield.accepts(STRANGER.address)]).toEqual([false, false]);
    expect(shield.admits(REGISTER, from('203.0.113.10'))).toBe(true);
    expect(shield.counters).toMatchObject({ banned: 1, bans: 1 });
    await clock.advance(60 * MINUTE - 1);
    expect(shield.admits(REGISTER, STRANGER)).toBe(false);
    await clock.advance(1);
    expect([shield.admits(REGISTER, STRANGER), shield.accepts(STRANGER.address)]).toEqual([true, true]);
  });

  test('failures of more than ten minutes ago do not count', async () => {
    const shield = shieldOf();
    guesses(shield, 29);
    await clock.advance(10 * MINUTE);
    guesses(shield, 29);
    expect(shield.counters.bans).toBe(0);
  });

  test('of an IPv6 subscriber the whole /64 is banned', () => {
    const shield = shieldOf();
    guesses(shield, 30, false, from('2001:db8:1:2::3'));
    expect(shield.accepts('2001:db8:1:2:ffff::1')).toBe(false);
    expect(shield.accepts('2001:db8:1:3::1')).toBe(true);
  });

  test('an office whose phones have old passwords is not shut out; one that tries names that do not exist is, later', () => {
    const shield = shieldOf();
    shield.vouch(STRANGER.address);
    guesses(shield, 5_000, true);
    guesses(shield, 299);
    expect(shield.counters.bans).toBe(0);
    guesses(shield, 1);
    expect(shield.counters.bans).toBe(1);
  });

  test('a registered phone of a banned address is heard, its neighbours are not, their connections are closed', () => {
    const shield = shieldOf();
    const phone = from(STRANGER.address, { protocol: 'tcp', port: 40_000, flow: 'tcp-1' });
    const guesser = from(STRANGER.address, { protocol: 'tcp', port: 40_001, flow: 'tcp-2' });
    const elsewhere = from('203.0.113.10', { protocol: 'tcp' });
    shield.acquaintances = { registered: peer => peer.port === phone.port, destination: () => false };
    const closed: Peer[] = [];
    shield.hangUp = unwanted => closed.push(...[phone, guesser, elsewhere].filter(unwanted));
    guesses(shield, 30, false, guesser);
    expect([shield.admits(REGISTER, phone), shield.admits(REGISTER, guesser)]).toEqual([true, false]);
    expect(closed).toEqual([guesser]);
  });

  test('neither a trunk’s address nor an edge is ever banned', () => {
    directory.setTrunks([trunkOf('carrier', { trusts: ['192.0.2.7'] })]);
    const shield = shieldOf({ edges: ['192.0.2.8'] });
    for (const address of ['192.0.2.7', '192.0.2.8']) guesses(shield, 1_000, false, from(address));
    expect(shield.counters.bans).toBe(0);
  });

  test('are listed and lifted, by address or network', () => {
    const shield = shieldOf();
    guesses(shield, 30);
    guesses(shield, 30, false, from('2001:db8::1'));
    expect(shield.bans()).toEqual([
      { source: '203.0.113.9', why: 'unknown users', left: 60 * MINUTE },
      { source: '2001:db8:0:0::/64', why: 'unknown users', left: 60 * MINUTE },
    ]);
    expect([shield.lift('2001:db8::77'), shield.lift('203.0.113.9'), shield.lift('203.0.113.9')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(shield.bans()).toEqual([]);
  });

  test('are bounded: the oldest gives way', () => {
    const shield = shieldOf();
    for (let n = 0; n < 20_100; n++)
      guesses(shield, 30, false, from(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`));
    expect(shield.counters.bans).toBe(20_000);
    expect([shield.accepts('10.0.0.0'), shield.accepts('10.0.78.131')]).toEqual([true, false]);
  });

  test('over a connection, where nobody forges his address, one who never stops is banned', () => {
    const shield = shieldOf();
    expect(admitted(shield, 2_000, from('203.0.113.9', { protocol: 'tcp' }))).toBe(20);
    expect(shield.counters.bans).toBe(1);
    expect(admitted(shield, 5_000, from('203.0.113.10'))).toBe(20);
    expect(shield.counters.bans).toBe(1);
  });

  test('can be switched off', () => {
    const shield = shieldOf({ ban: null, limits: NO_LIMITS });
    guesses(shield, 1_000);
    expect(admitted(shield, 5_000)).toBe(5_000);
  });
});

describe('who needs no proof of his address', () => {
  test.each([
    ['192.168.1.5', true],
    ['198.51.100.3', true],
    ['203.0.113.9', false],
  ])('%s: %s', (address, trusted) => expect(shieldOf().trusts(from(address))).toBe(trusted));

  test('a user has proved himself', () => {
    const shield = shieldOf();
    shield.vouch(STRANGER.address);
    expect([shield.trusts(STRANGER), shield.isStranger(STRANGER)]).toEqual([true, false]);
  });
});

describe('a flood in the log', () => {
  test('one line a second of an event and a source, which says for how many it stands', async () => {
    const shield = shieldOf();
    admitted(shield, 10_020);
    await clock.advance(1_000);
    admitted(shield, 11);
    expect(told('flood').map(line => /count=\d+/.exec(line)?.[0])).toEqual(['count=1', 'count=10000']);
    expect(shield.security.held).toBe(9_999);
  });

  test('of very many sources 500 lines at once and 50 a second', async () => {
    const shield = shieldOf();
    for (let n = 0; n < 5_000; n++) shield.scanned(from(`10.1.${n >> 8}.${n & 255}`), 'OPTIONS');
    expect(told('scanner')).toHaveLength(500);
    await clock.advance(10_000);
    for (let n = 0; n < 5_000; n++) shield.scanned(from(`10.2.${n >> 8}.${n & 255}`), 'OPTIONS');
    expect(told('scanner')).toHaveLength(1_000);
  });
});
