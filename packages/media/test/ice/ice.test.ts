import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IceLite } from '../../src/ice/lite.ts';
import { BINDING, bindingError, bindingRequest, bindingSuccess, readStun } from '../../src/ice/stun.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** RFC 5769 §2.1: a request with the password `VOkJxbRl1RmTxUk/WvJxBt`. */
const SAMPLE = hex(`
  000100582112a442b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74
  00240004 6e0001ff 80290008 932ff9b151263b36 00060009 6576746a3a68367659202020
  00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf`);
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const local = { ufrag: 'ours', password: 'p'.repeat(22) };
const from = { address: '192.0.2.1', port: 32_853 };

const check = (
  o: {
    username?: string;
    password?: string;
    priority?: number;
    role?: 'controlling' | 'controlled';
    useCandidate?: boolean;
  } = {},
): Buffer =>
  bindingRequest(
    Buffer.alloc(12, 7),
    {
      username: o.username ?? 'ours:theirs',
      priority: o.priority ?? 100,
      role: o.role ?? 'controlling',
      useCandidate: o.useCandidate ?? false,
    },
    o.password ?? local.password,
  );

describe('STUN', () => {
  test('RFC 5769 §2.1: the sample request', () => {
    const message = readStun(SAMPLE);
    expect(message).toMatchObject({
      type: BINDING.request,
      username: 'evtj:h6vY',
      priority: 0x6e00_01ff,
      role: 'controlled',
      useCandidate: false,
      unknown: [],
    });
    expect(message?.isFrom(PASSWORD)).toBe(true);
    expect(message?.isFrom('another')).toBe(false);
  });

  test.each([
    ['IPv4', '192.0.2.1', '0001a147e112a643'],
    ['IPv6', '2001:db8:1234:5678:11:2233:4455:6677', '0002a1470113a9faa5d3f179bc25f4b5bed2b9d9'],
  ])('RFC 5769 §2.2, §2.3: XOR-MAPPED-ADDRESS of %s', (_, address, mapped) => {
    const answer = bindingSuccess(hex('b7e7a701bc34d686fa87dfae'), { address, port: 32_853 }, PASSWORD);
    expect(answer.subarray(24, 24 + mapped.length / 2).toString('hex')).toBe(mapped);
    expect(readStun(answer)?.isFrom(PASSWORD)).toBe(true);
  });

  test('one bit turned anywhere is no message, or one that nobody signed', () => {
    for (let bit = 0; bit < SAMPLE.length * 8; bit++) {
      const copy = Buffer.from(SAMPLE);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(readStun(copy)?.isFrom(PASSWORD) ?? false).toBe(false);
    }
  });

  test('anything at all is read without an exception', () => {
    const head = hex('000100002112a442');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const packet = Buffer.concat([head, bytes]);
        packet.writeUInt16BE(Math.max(0, packet.length - 20), 2);
        expect(readStun(packet)).toBeNull();
      }),
    );
  });
});

describe('ICE lite (RFC 8445)', () => {
  const agent = (): IceLite => {
    const ice = new IceLite();
    ice.expect(local, 'theirs');
    return ice;
  };

  test('a good check is answered with where it came from, and is where we send', () => {
    const ice = agent();
    const answer = ice.receive(check(), from.address, from.port, 0);
    expect(answer).toEqual(bindingSuccess(Buffer.alloc(12, 7), from, local.password));
    expect(ice.selected).toMatchObject(from);
    expect(ice.knows(from.address, from.port)).toBe(true);
  });

  test.each([
    ['of a stranger with another password', check({ password: 'x'.repeat(22) })],
    ['for somebody else', check({ username: 'other:theirs' })],
    ['without a signature', bindingError(Buffer.alloc(12), 401, null)],
    ['that is no STUN', Buffer.alloc(40)],
  ])('a check %s is ignored and counted', (_, packet) => {
    const ice = agent();
    expect(ice.receive(packet, from.address, from.port, 0)).toBeUndefined();
    expect(ice.selected).toBeUndefined();
    expect(ice.refused).toBe(1);
  });

  test('before there are credentials nobody is answered', () => {
    expect(new IceLite().receive(check(), from.address, from.port, 0)).toBeUndefined();
  });

  test('RFC 8445 §7.3.1.1: who thinks we control is told 487', () => {
    const ice = agent();
    const answer = ice.receive(check({ role: 'controlled' }), from.address, from.port, 0);
    expect(answer).toEqual(bindingError(Buffer.alloc(12, 7), 487, local.password));
    expect(ice.selected).toBeUndefined();
  });

  test('USE-CANDIDATE latches the pair; of several the one with the higher priority', () => {
    const ice = agent();
    ice.receive(check({ priority: 50 }), '192.0.2.7', 1000, 0);
    expect(ice.selected).toMatchObject({ port: 1000 });
    ice.receive(check({ priority: 40, useCandidate: true }), '192.0.2.7', 2000, 1);
    expect(ice.selected).toMatchObject({ port: 2000 });
    ice.receive(check({ priority: 90, useCandidate: true }), '192.0.2.7', 3000, 2);
    expect(ice.selected).toMatchObject({ port: 3000 });
    ice.receive(check({ priority: 40, useCandidate: true }), '192.0.2.7', 2000, 3);
    expect(ice.selected).toMatchObject({ port: 3000 });
    ice.heardFrom('192.0.2.7', 2000);
    expect(ice.selected).toMatchObject({ port: 2000 });
    ice.heardFrom('192.0.2.99', 2000);
    expect(ice.selected).toMatchObject({ port: 2000 });
  });

  test('RFC 7675: without a check for thirty seconds nothing is sent any more', () => {
    const ice = agent();
    ice.receive(check({ useCandidate: true }), from.address, from.port, 0);
    ice.receive(check({ useCandidate: true }), from.address, from.port, 20_000);
    expect(ice.sweep(49_000)).toBe(false);
    expect(ice.selected).toMatchObject(from);
    expect(ice.sweep(50_000)).toBe(true);
    expect(ice.selected).toBeUndefined();
  });

  test('RFC 8445 §9: after a restart the old password opens nothing, the old path lasts until the new one', () => {
    const ice = agent();
    ice.receive(check({ priority: 200, useCandidate: true }), from.address, from.port, 0);
    const fresh = { ufrag: 'new', password: 'q'.repeat(22) };
    ice.expect(fresh, 'theirs2');
    expect(ice.receive(check(), from.address, from.port, 1)).toBeUndefined();
    expect(ice.selected).toMatchObject(from);
    const again = check({
      username: 'new:theirs2',
      password: fresh.password,
      useCandidate: true,
      priority: 1,
    });
    expect(ice.receive(again, '192.0.2.9', 9, 2)).toBeDefined();
    expect(ice.selected).toMatchObject({ address: '192.0.2.9', port: 9 });
  });

  test('paths and answers are bounded', () => {
    const ice = agent();
    let answered = 0;
    for (let port = 1; port <= 1_000; port++) if (ice.receive(check(), from.address, port, port)) answered++;
    expect(answered).toBe(100);
    const known = Array.from({ length: 1_000 }, (_, i) => i + 1).filter(port =>
      ice.knows(from.address, port),
    );
    expect(known).toHaveLength(8);
    expect(known).toContain(1);
  });
});
