import { describe, expect, test } from 'vitest';
import { Endpoint } from '../src/engine/endpoint.ts';
import type { Ep, Hear, Negotiated, Secure } from '../src/index.ts';
import { isRtcp, writeHeader } from '../src/rtp/packet.ts';
import { scriptBackend } from '../src/srtp/context.ts';
import { profileOf } from '../src/srtp/profile.ts';
import type { SrtpContext } from '../src/srtp/protection.ts';
import { Stage } from './support/leg.ts';

const CM = 'AES_CM_128_HMAC_SHA1_80';
const OURS = Buffer.alloc(30, 1);
const THEIRS = Buffer.alloc(30, 2);
const SDES: Secure = {
  by: 'sdes',
  suite: CM,
  send: OURS.toString('base64'),
  receive: THEIRS.toString('base64'),
};

/** A phone with keys from SDP and its endpoint, which gives back what it hears. Without sockets. */
class SecurePhone {
  readonly stage = new Stage();
  readonly sent: { readonly packet: Buffer; readonly to: string }[] = [];
  readonly endpoint: Endpoint;
  readonly context: SrtpContext;
  #sequence = 65_530;

  constructor(change: Partial<Negotiated> = {}) {
    const profile = profileOf(CM);
    if (!profile) throw new Error(CM);
    this.context = scriptBackend.open(profile, { send: THEIRS, receive: OURS });
    const ep = 'a' as Ep;
    this.endpoint = new Endpoint(
      { do: 'open', ep, domain: 'd', as: 'rtp', language: 'ru' },
      this.stage.shared,
    );
    const send = (packet: Buffer, port: number, address: string) =>
      this.sent.push({ packet: Buffer.from(packet), to: `${address}:${port}` });
    this.endpoint.connect({ rtp: send, rtcp: send, openRtcp() {}, close() {} }, 20_000);
    this.remote(change);
    const what: Hear = { relay: ep };
    this.endpoint.obey({ do: 'hear', ep, what });
  }

  remote(change: Partial<Negotiated>): void {
    const codec = { codec: 'PCMA', payloadType: 8 } as const;
    const to: Negotiated = {
      address: '10.0.0.1',
      port: 4_000,
      rtcpMux: true,
      send: codec,
      receive: [codec],
      direction: 'sendrecv',
      ptime: 20,
      secure: SDES,
      ...change,
    };
    expect(this.endpoint.obey({ do: 'remote', ep: this.endpoint.ep, to })).toEqual({ ok: true });
  }

  /** The next packet, in clear. */
  packet(byte: number): Buffer {
    const packet = Buffer.alloc(172, byte);
    packet[0] = 0x80;
    writeHeader(packet, 8, false, this.#sequence & 0xffff, this.#sequence * 160, 77);
    this.#sequence++;
    return packet;
  }

  says(byte: number, from = '10.0.0.1:4000'): Buffer {
    const sealed = this.context.protect(this.packet(byte)) as Buffer;
    this.arrives(sealed, from);
    return sealed;
  }

  arrives(packet: Buffer, from = '10.0.0.1:4000'): void {
    const [address = '', port] = from.split(':');
    this.endpoint.rtp(Buffer.from(packet), address, Number(port));
  }

  /** What came back since it was asked last: first byte of the payload and where it was sent. */
  heard(): string[] {
    return this.sent.splice(0).flatMap(({ packet, to }) => {
      const opened = isRtcp(packet) ? null : this.context.unprotect(packet);
      return opened ? [`${opened[12]} to ${to}`] : [];
    });
  }

  get refused(): number {
    this.endpoint.close();
    const last = this.stage.events.findLast(event => event.is === 'stats');
    return last?.is === 'stats' ? last.refused : -1;
  }
}

describe('SRTP with keys from SDP (RFC 4568)', () => {
  test('both ways, across the wrap of the sequence, never in clear', () => {
    const phone = new SecurePhone();
    for (let i = 1; i <= 12; i++) phone.says(i);
    expect(phone.sent.every(({ packet }) => packet.length === 182)).toBe(true);
    expect(phone.heard()).toEqual(Array.from({ length: 12 }, (_, i) => `${i + 1} to 10.0.0.1:4000`));
    expect(phone.refused).toBe(0);
  });

  test('a packet in clear, a replayed one and one under other keys are refused and counted', () => {
    const phone = new SecurePhone();
    const sealed = phone.says(1);
    phone.heard();
    phone.arrives(phone.packet(2));
    phone.arrives(sealed);
    phone.arrives(sealed, '10.0.0.66:666');
    expect(phone.heard()).toEqual([]);
    expect(phone.refused).toBe(3);
  });

  test('DESIGN §2 a phone that moves is followed at once: its packets prove who it is', () => {
    const phone = new SecurePhone();
    phone.says(1);
    phone.says(2, '10.9.9.9:9000');
    phone.says(3, '10.9.9.9:9000');
    expect(phone.heard()).toEqual(['1 to 10.0.0.1:4000', '2 to 10.9.9.9:9000', '3 to 10.9.9.9:9000']);
    expect(phone.stage.told()).toEqual(['first', 'moved']);
  });

  test('strangers cost so many signatures and no more between two sweeps; the phone is heard all the same', () => {
    const phone = new SecurePhone();
    phone.says(1);
    phone.heard();
    for (let i = 0; i < 500; i++) phone.arrives(phone.packet(9), `10.0.0.66:${1_000 + i}`);
    phone.says(2, '10.9.9.9:9000');
    expect(phone.heard()).toEqual([]);
    phone.says(3);
    phone.endpoint.sweep(500);
    phone.says(4, '10.9.9.9:9000');
    expect(phone.heard()).toEqual(['3 to 10.0.0.1:4000', '4 to 10.9.9.9:9000']);
  });

  test('the same keys again go on, new keys begin anew, none end it', () => {
    const phone = new SecurePhone();
    phone.says(1);
    phone.remote({ answered: true });
    phone.says(2);
    expect(phone.heard()).toHaveLength(2);
    const other = Buffer.alloc(30, 5).toString('base64');
    phone.remote({ secure: { ...SDES, receive: other } });
    phone.says(3);
    expect(phone.heard()).toEqual([]);
    phone.remote({ secure: undefined });
    phone.arrives(phone.packet(4));
    expect(phone.sent.map(({ packet }) => [packet.length, packet[12]])).toEqual([[172, 4]]);
  });

  test.each([
    ['a short key', { ...SDES, send: 'AAAA' }],
    ['an unknown suite', { ...SDES, suite: 'F8_128_HMAC_SHA1_80' }],
  ])('%s is refused', (_, secure) => {
    const phone = new SecurePhone();
    const codec = { codec: 'PCMA', payloadType: 8 } as const;
    const to = {
      address: '10.0.0.1',
      port: 4_000,
      send: codec,
      receive: [codec],
      direction: 'sendrecv',
      ptime: 20,
      secure: secure as Secure,
    } as const;
    const answer = phone.endpoint.obey({ do: 'remote', ep: phone.endpoint.ep, to });
    expect(answer).toEqual({ ok: false, refused: 'bad-command' });
    phone.says(1);
    expect(phone.heard()).toEqual(['1 to 10.0.0.1:4000']);
  });
});
