import type { AudioDescription, LocalProtection, Peer } from '@kommutator/sip';
import { describe, expect, test } from 'vitest';
import { Protection } from '../../src/line/protection.ts';

const at = { address: '10.0.0.5', port: 20_000, shown: { fingerprint: 'AA:BB', ssrc: 7 } };
const PUBLIC = '198.51.100.5';
const key = (byte: number, bytes = 30): string => Buffer.alloc(bytes, byte).toString('base64');
const CM = 'AES_CM_128_HMAC_SHA1_80';

const audio = (o: Partial<AudioDescription>): AudioDescription => ({
  address: '192.0.2.1',
  port: 4_000,
  codecs: [],
  direction: 'sendrecv',
  rtcpMux: false,
  profile: 'RTP/AVP',
  crypto: [],
  ...o,
});
const browser = (
  setup: 'active' | 'passive' | 'actpass',
  ufrag = 'them',
  value = 'CC:DD',
): AudioDescription =>
  audio({
    profile: 'UDP/TLS/RTP/SAVPF',
    dtls: {
      fingerprints: [{ hash: 'sha-256', value }],
      setup,
      ice: { ufrag, password: `${ufrag}-password` },
    },
  });
const phone = (profile: string, suite = CM, secret = key(1)): AudioDescription =>
  audio({ profile, crypto: [{ tag: 4, suite, key: secret }] });
const over = (protocol: Peer['protocol']): Protection => new Protection({ protocol });
const dtlsOf = (said: LocalProtection | undefined) => {
  if (said?.by !== 'dtls') throw new Error('no DTLS');
  return said;
};

describe('a browser', () => {
  test.each(['ws', 'wss'] as const)(
    'that registered over %s is offered DTLS-SRTP at both our addresses',
    protocol => {
      const protection = over(protocol);
      expect(protection.as).toBe('webrtc');
      expect(protection.offer(at, PUBLIC)).toMatchObject({
        by: 'dtls',
        setup: 'actpass',
        fingerprint: 'AA:BB',
        candidates: [PUBLIC, '10.0.0.5'],
        ssrc: 7,
      });
      expect(protection.agreed).toBeUndefined();
    },
  );

  test('PUBLIC_HOST by name is no candidate', () => {
    expect(dtlsOf(over('wss').offer(at, 'pbx.example')).candidates).toEqual(['10.0.0.5']);
  });

  test.each([
    ['actpass', 'passive', 'server'],
    ['active', 'passive', 'server'],
    ['passive', 'active', 'client'],
  ] as const)('RFC 8842: offers %s, we answer %s', (setup, answer, role) => {
    const protection = over('udp');
    expect(protection.accept(browser(setup)).ok).toBe(true);
    expect(protection.as).toBe('webrtc');
    const said = dtlsOf(protection.answer(at, PUBLIC));
    expect(said.setup).toBe(answer);
    expect(protection.agreed).toEqual({
      by: 'dtls',
      role,
      fingerprints: [{ hash: 'sha-256', value: 'CC:DD' }],
      ice: { local: said.ice, remote: 'them' },
    });
  });

  test.each([
    ['active', 'server'],
    ['passive', 'client'],
  ] as const)('answers our offer as %s: we are the %s', (setup, role) => {
    const protection = over('wss');
    protection.offer(at, PUBLIC);
    expect(protection.conclude(browser(setup))).toBe(true);
    expect(protection.agreed).toMatchObject({ role });
  });

  test('RFC 8445 §9: a restart of ICE gets new credentials, a hold does not; the roles stay', () => {
    const protection = over('wss');
    protection.accept(browser('passive'));
    const first = dtlsOf(protection.answer(at, PUBLIC)).ice;
    protection.accept(browser('actpass'));
    expect(dtlsOf(protection.answer(at, PUBLIC))).toMatchObject({ ice: first, setup: 'active' });
    protection.accept(browser('actpass', 'again'));
    const second = dtlsOf(protection.answer(at, PUBLIC)).ice;
    expect(second.ufrag).not.toBe(first.ufrag);
    expect(second.password).not.toBe(first.password);
    expect(second.password.length).toBeGreaterThanOrEqual(22);
  });

  test('does not come back in clear, and a phone in clear does not become one', () => {
    const protection = over('wss');
    protection.accept(browser('actpass'));
    expect(protection.accept(audio({})).ok).toBe(false);
    expect(protection.agreed?.by).toBe('dtls');
    const other = over('udp');
    other.accept(audio({}));
    expect(other.accept(browser('actpass')).ok).toBe(false);
  });

  test('a WebSocket client that refuses DTLS is offered plain RTP from another endpoint, once', () => {
    const protection = over('ws');
    expect(protection.otherwise()).toBe('other endpoint');
    expect(protection.as).toBe('rtp');
    expect(protection.offer(at, PUBLIC)).toBeUndefined();
    expect(protection.otherwise()).toBeNull();
  });
});

describe('a desk phone', () => {
  test('RFC 8643: over TLS it is offered SRTP and may take plain RTP', () => {
    const protection = over('tls');
    const said = protection.offer(at, PUBLIC);
    expect(said).toMatchObject({ by: 'sdes', profile: 'RTP/AVP' });
    expect(protection.conclude(audio({}))).toBe(true);
    expect(protection.agreed).toBeUndefined();
  });

  test('takes one of our suites: each sends with its own key', () => {
    const protection = over('tls');
    const said = protection.offer(at, PUBLIC);
    if (said?.by !== 'sdes') throw new Error('no keys');
    const taken = said.crypto.find(({ suite }) => suite === 'AEAD_AES_128_GCM');
    expect(protection.conclude(phone('RTP/AVP', 'AEAD_AES_128_GCM', key(2, 28)))).toBe(true);
    expect(protection.agreed).toEqual({
      by: 'sdes',
      suite: 'AEAD_AES_128_GCM',
      send: taken?.key,
      receive: key(2, 28),
    });
    expect(new Set(said.crypto.map(line => line.key)).size).toBe(said.crypto.length);
  });

  test('that insists on SRTP is offered nothing else after its 488, once', () => {
    const protection = over('tls');
    protection.offer(at, PUBLIC);
    expect(protection.otherwise()).toBe('same endpoint');
    expect(protection.offer(at, PUBLIC)).toMatchObject({ by: 'sdes', profile: 'RTP/SAVP' });
    expect(protection.otherwise()).toBeNull();
  });

  test('RFC 4568: its offer is answered under its tag with our key; the same one as long as the leg lives', () => {
    const protection = over('tls');
    expect(protection.accept(phone('RTP/SAVP')).ok).toBe(true);
    const said = protection.answer(at, PUBLIC);
    if (said?.by !== 'sdes') throw new Error('no keys');
    expect(said.crypto).toMatchObject([{ tag: 4, suite: CM }]);
    expect(protection.agreed).toMatchObject({ send: said.crypto[0]?.key, receive: key(1) });
    protection.accept(phone('RTP/SAVP', CM, key(9)));
    expect(protection.agreed).toMatchObject({ send: said.crypto[0]?.key, receive: key(9) });
    expect(protection.offer(at, PUBLIC)).toMatchObject({ profile: 'RTP/SAVP', crypto: [{ suite: CM }] });
  });

  test.each(['udp', 'tcp', 'ws'] as const)(
    'keys that travel in clear over %s are refused, and none are offered',
    protocol => {
      expect(over(protocol).accept(phone('RTP/SAVP')).ok).toBe(false);
      if (protocol !== 'ws') expect(over(protocol).offer(at, PUBLIC)).toBeUndefined();
    },
  );

  test('a suite or a key we cannot use is refused', () => {
    expect(over('tls').accept(phone('RTP/SAVP', 'F8_128_HMAC_SHA1_80')).ok).toBe(false);
    expect(over('tls').accept(phone('RTP/SAVP', CM, key(1, 16))).ok).toBe(false);
  });

  test('on UDP there is nothing else to offer after a 488', () => {
    expect(over('udp').otherwise()).toBeNull();
  });
});

test('a leg goes on after a restart of ours as it was protected', () => {
  for (const make of [
    () => {
      const one = over('wss');
      one.accept(browser('passive'));
      return one;
    },
    () => {
      const one = over('tls');
      one.accept(phone('RTP/SAVP'));
      return one;
    },
    () => over('udp'),
  ]) {
    const before = make().agreed;
    expect(Protection.restore(before).agreed).toEqual(before);
  }
  const sdes = over('tls');
  sdes.accept(phone('RTP/SAVP'));
  const restored = Protection.restore(sdes.agreed);
  restored.accept(phone('RTP/SAVP'));
  expect(restored.agreed).toEqual(sdes.agreed);
});
