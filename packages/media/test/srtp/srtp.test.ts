import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scriptBackend, srtpBackend } from '../../src/srtp/context.ts';
import { deriveKeys } from '../../src/srtp/derive.ts';
import { keyLength, profileOf, SRTP_PROFILES, type SrtpProfile } from '../../src/srtp/profile.ts';
import type { SrtpContext } from '../../src/srtp/protection.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const profile = (suite: string): SrtpProfile => {
  const found = profileOf(suite);
  if (!found) throw new Error(suite);
  return found;
};

/** A packet of G.711; its payload tells its number. */
function rtp(sequence: number, ssrc = 0xcafe_babe, length = 160): Buffer {
  const packet = Buffer.alloc(12 + length, sequence & 0xff);
  packet[0] = 0x80;
  packet[1] = 8;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

const report = (): Buffer => hex('81c8000d cafebabe 0102030405060708 090a0b0c 0d0e0f10 11121314 15161718');

const native = srtpBackend();
const backends = [...new Set([native, scriptBackend])];

test('libsrtp2 is there when the tests run: both ways of SRTP are tested', () => {
  expect(backends.map(({ name }) => name)).toEqual(['libsrtp2', 'javascript']);
});

test('RFC 3711 B.3: session keys derived from a master key', () => {
  const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');
  const { key, auth, salt } = deriveKeys(profile('AES_CM_128_HMAC_SHA1_80'), master, false);
  expect(key.toString('hex')).toBe('c61e7a93744f39ee10734afe3ff7a087');
  expect(salt.toString('hex')).toBe('30cbbc08863d8c85d49db34a9ae1');
  expect(auth.toString('hex')).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4');
});

/** Packets protected under known keys, as libsrtp's own validation has them. */
const KNOWN = [
  {
    suite: 'AES_CM_128_HMAC_SHA1_80',
    key: 'e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6',
    sealed: '800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb',
  },
  {
    suite: 'AEAD_AES_128_GCM',
    key: '000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab',
    sealed: '800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392',
  },
];

/** Speaker and hearer: what one sends the other receives. */
function pair(from = native, to = from, suite = 'AES_CM_128_HMAC_SHA1_80'): [SrtpContext, SrtpContext] {
  const length = keyLength(profile(suite));
  const one = Buffer.alloc(length, 1);
  const two = Buffer.alloc(length, 2);
  return [
    from.open(profile(suite), { send: one, receive: two }),
    to.open(profile(suite), { send: two, receive: one }),
  ];
}

describe.each(backends)('SRTP by $name', backend => {
  test.each(KNOWN)('a known packet of $suite, both ways', ({ suite, key, sealed }) => {
    const clear = hex(`800f1234decafbadcafebabe ${'ab'.repeat(16)}`);
    const context = backend.open(profile(suite), { send: hex(key), receive: hex(key) });
    expect(context.protect(clear)?.toString('hex')).toBe(hex(sealed).toString('hex'));
    expect(context.unprotect(hex(sealed))?.toString('hex')).toBe(clear.toString('hex'));
    context.close();
  });

  test('a key of a wrong length opens nothing', () => {
    const keys = { send: Buffer.alloc(16), receive: Buffer.alloc(30) };
    expect(() => backend.open(profile('AES_CM_128_HMAC_SHA1_80'), keys)).toThrow(RangeError);
  });

  describe.each(SRTP_PROFILES)('$suite', ({ suite, tag }) => {
    test.each(backends)('RTP and RTCP are understood by $name, and do not show their payload', other => {
      const [a, b] = pair(backend, other, suite);
      for (let n = 65_400; n < 66_000; n++) {
        const sealed = a.protect(rtp(n));
        expect(sealed?.length).toBe(172 + tag);
        expect(sealed?.subarray(12, 172).equals(rtp(n).subarray(12))).toBe(false);
        expect(b.unprotect(sealed as Buffer)?.equals(rtp(n))).toBe(true);
      }
      for (let n = 0; n < 3; n++) {
        const sealed = a.protectRtcp(report());
        expect(sealed?.subarray(8, 24).equals(report().subarray(8, 24))).toBe(false);
        expect(b.unprotectRtcp(sealed as Buffer)?.equals(report())).toBe(true);
      }
      a.close();
      b.close();
    });

    test('RFC 3711 §3.3.2: a replayed packet is refused, a late one is not, one behind the window is', () => {
      const [a, b] = pair(backend, backend, suite);
      const sealed = Array.from({ length: 200 }, (_, n) => a.protect(rtp(n)) as Buffer);
      const take = (n: number) => b.unprotect(Buffer.from(sealed[n] as Buffer))?.equals(rtp(n)) ?? false;
      expect([take(100), take(99), take(100), take(99)]).toEqual([true, true, false, false]);
      expect([take(199), take(150), take(60)]).toEqual([true, true, false]);
      const told = a.protectRtcp(report()) as Buffer;
      expect(b.unprotectRtcp(Buffer.from(told))).not.toBeNull();
      expect(b.unprotectRtcp(Buffer.from(told))).toBeNull();
      a.close();
      b.close();
    });

    test('a packet with one bit turned anywhere is refused, and does no harm to the next', () => {
      const [a, b] = pair(backend, backend, suite);
      const sealed = a.protect(rtp(7)) as Buffer;
      const told = a.protectRtcp(report()) as Buffer;
      const turned = (packet: Buffer, bit: number): Buffer => {
        const copy = Buffer.from(packet);
        copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
        return copy;
      };
      for (let bit = 0; bit < sealed.length * 8; bit += 3)
        expect(b.unprotect(turned(sealed, bit))).toBeNull();
      for (let bit = 0; bit < told.length * 8; bit++) expect(b.unprotectRtcp(turned(told, bit))).toBeNull();
      expect(b.unprotect(sealed)?.equals(rtp(7))).toBe(true);
      expect(b.unprotectRtcp(told)?.equals(report())).toBe(true);
      a.close();
      b.close();
    });

    test('anything at all is refused without an exception', () => {
      const [a, b] = pair(backend, backend, suite);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
          expect(b.unprotect(Buffer.from(bytes))).toBeNull();
          expect(b.unprotectRtcp(Buffer.from(bytes))).toBeNull();
          if (bytes.length < 8) expect(a.protectRtcp(Buffer.from(bytes))).toBeNull();
          if (bytes.length < 12) expect(a.protect(Buffer.from(bytes))).toBeNull();
        }),
      );
      a.close();
      b.close();
    });
  });

  test('one index is never used twice for what is sent', () => {
    const [a] = pair(backend);
    expect(a.protect(rtp(5))).not.toBeNull();
    expect(a.protect(rtp(5))).toBeNull();
    a.close();
  });

  test('an authentic peer may have so many sources and no more', () => {
    const [a, b] = pair(backend);
    let taken = 0;
    for (let ssrc = 1; ssrc <= 40; ssrc++) {
      const [one] = pair(backend);
      const sealed = one.protect(rtp(1, ssrc)) as Buffer;
      if (b.unprotect(sealed)) taken++;
      one.close();
    }
    expect(taken).toBe(32);
    a.close();
    b.close();
  });

  test('a closed context takes and gives nothing', () => {
    const [a, b] = pair(backend);
    const sealed = a.protect(rtp(1)) as Buffer;
    b.close();
    if (backend.name === 'libsrtp2') expect(b.unprotect(sealed)).toBeNull();
    a.close();
    a.close();
  });
});
