import { VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DtlsCertificate, makeCertificate } from '../../src/dtls/certificate.ts';
import { prf } from '../../src/dtls/secrets.ts';
import { DtlsSession } from '../../src/dtls/session.ts';
import type { SrtpKeys } from '../../src/srtp/protection.ts';

const certificates = {
  client: makeCertificate(Date.UTC(2026, 10, 1)),
  server: makeCertificate(Date.UTC(2026, 10, 1)),
};
type Side = keyof typeof certificates;
const other = (side: Side): Side => (side === 'client' ? 'server' : 'client');

const promise = ({ fingerprint }: DtlsCertificate) => [{ hash: 'sha-256', value: fingerprint }];

/** Client and server with a network between them that does what `network` says to each datagram. */
class Pair {
  readonly clock = new VirtualClock();
  readonly said: { readonly from: Side; readonly datagram: Buffer }[] = [];
  readonly keys: { [side in Side]?: SrtpKeys & { readonly suite: string } } = {};
  readonly ended: { [side in Side]?: string } = {};
  readonly sides: { readonly [side in Side]: DtlsSession };
  network: (from: Side, datagram: Buffer, count: number) => readonly Buffer[] = (_, datagram) => [datagram];

  constructor(promised: { readonly [side in Side]?: DtlsCertificate } = {}) {
    const make = (side: Side) =>
      new DtlsSession({
        clock: this.clock,
        role: side,
        certificate: certificates[side],
        fingerprints: promise(promised[side] ?? certificates[other(side)]),
        send: datagram => {
          this.said.push({ from: side, datagram });
          for (const sent of this.network(side, datagram, this.said.length))
            this.clock.after(1, () => this.sides[other(side)].receive(Buffer.from(sent)));
        },
        connected: ({ suite }, keys) => {
          this.keys[side] = { suite, ...keys };
        },
        ended: why => {
          this.ended[side] = why;
        },
      });
    this.sides = { client: make('client'), server: make('server') };
  }

  async run(ms = 30_000): Promise<this> {
    this.sides.client.start();
    await this.clock.advance(ms);
    return this;
  }

  /** Ends both; what is under way arrives. */
  async close(): Promise<void> {
    this.sides.client.close();
    this.sides.server.close();
    await this.clock.advance(10);
  }

  get agreed(): boolean {
    const { client, server } = this.keys;
    return (
      client !== undefined &&
      server !== undefined &&
      Buffer.from(client.send).equals(server.receive) &&
      Buffer.from(client.receive).equals(server.send) &&
      !Buffer.from(client.send).equals(client.receive)
    );
  }
}

test('RFC 5246 §5: the pseudo-random function, by a vector of the IETF list', () => {
  const secret = Buffer.from('9bbe436ba940f017b17652849a71db35', 'hex');
  const seed = Buffer.from('a0ba9f936cda311827a6f796ffd5198c', 'hex');
  const expected =
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66';
  expect(prf(secret, 'test label', seed, 100).toString('hex')).toBe(expected);
});

describe('DTLS-SRTP handshake (RFC 5764)', () => {
  test('two sides agree on keys in two round trips, by GCM, with nothing left over', async () => {
    const pair = await new Pair().run();
    expect(pair.agreed).toBe(true);
    expect(pair.keys.client?.suite).toBe('AEAD_AES_128_GCM');
    expect(pair.said.map(({ from }) => from)).toEqual(['client', 'server', 'client', 'server']);
    expect(pair.clock.pending).toBe(0);
    expect(pair.ended).toEqual({});
  });

  test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
    'datagram %i is lost: it is repeated',
    async lost => {
      const pair = new Pair();
      pair.network = (_, datagram, count) => (count === lost ? [] : [datagram]);
      await pair.run();
      expect(pair.agreed).toBe(true);
      expect(pair.clock.pending).toBe(0);
    },
  );

  test('a network that loses, doubles and delays by chance: they agree or they end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(3)), async chance => {
        const pair = new Pair();
        pair.network = (_, datagram) => {
          const what = chance.next().value ?? 3;
          return what === 0 ? [] : what === 1 ? [datagram, datagram] : [datagram];
        };
        await pair.run(60_000);
        expect(pair.agreed || pair.ended.client !== undefined || pair.ended.server !== undefined).toBe(true);
        await pair.close();
        expect(pair.clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test.each(['client', 'server'] as const)(
    'RFC 8827 §6.5: the %s refuses another certificate',
    async side => {
      const stranger = makeCertificate(0);
      const pair = await new Pair({ [side]: stranger }).run();
      expect(pair.ended[side]).toMatch(/certificate/);
      expect(pair.keys[side]).toBeUndefined();
      expect(pair.clock.pending).toBe(0);
    },
  );

  test('whoever shows a certificate without having its key is refused', async () => {
    const { key } = makeCertificate(0);
    const clock = new VirtualClock();
    const thief: DtlsCertificate = { ...certificates.client, key };
    let why = '';
    let connected = false;
    const client: DtlsSession = new DtlsSession({
      clock,
      role: 'client',
      certificate: thief,
      fingerprints: promise(certificates.server),
      send: datagram => server.receive(datagram),
      connected: () => {},
      ended: () => {},
    });
    const server: DtlsSession = new DtlsSession({
      clock,
      role: 'server',
      certificate: certificates.server,
      fingerprints: promise(certificates.client),
      send: datagram => clock.after(1, () => client.receive(datagram)),
      connected: () => {
        connected = true;
      },
      ended: reason => {
        why = reason;
      },
    });
    client.start();
    await clock.advance(1_000);
    expect(connected).toBe(false);
    expect(why).toBe('a wrong signature');
  });

  test('silence ends it after twenty seconds, and no timer is left', async () => {
    const pair = new Pair();
    pair.network = () => [];
    await pair.run(60_000);
    expect(pair.ended.client).toBe('the other side does not go on');
    expect(pair.clock.pending).toBe(0);
  });

  test('a peer that repeats its last flight for ever is not answered for ever', async () => {
    const pair = await new Pair().run();
    const last = pair.said.findLast(({ from }) => from === 'client');
    const before = pair.said.length;
    for (let i = 0; i < 100; i++) pair.sides.server.receive(Buffer.from(last?.datagram ?? ''));
    expect(pair.said.length - before).toBeLessThanOrEqual(20);
  });

  test('an alert in clear does not end what has keys; a good-bye under the keys does', async () => {
    const pair = await new Pair().run();
    pair.sides.server.receive(Buffer.from('15fefd000000000000000900020228', 'hex'));
    expect(pair.ended.server).toBeUndefined();
    pair.sides.client.close();
    await pair.clock.advance(10);
    expect(pair.ended.server).toBe('alert 0');
  });

  test('one byte changed anywhere: nobody throws, nobody holds keys the other has not', async () => {
    const sizes = (await new Pair().run()).said.map(({ datagram }) => datagram.length);
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, by) => {
        const pair = new Pair();
        pair.network = (_, datagram, count) => {
          if (count !== which + 1) return [datagram];
          const copy = Buffer.from(datagram);
          const i = (at % (sizes[which] ?? 1)) % copy.length;
          copy[i] = (copy[i] as number) ^ by;
          return [copy];
        };
        await pair.run(60_000);
        if (pair.keys.client && pair.keys.server) expect(pair.agreed).toBe(true);
        await pair.close();
        expect(pair.clock.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('anything at all before, between and behind: no exception', () => {
    const record = (type: number, epoch: number, body: Uint8Array): Buffer => {
      const head = Buffer.from([type, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 1, body.length >> 8, body.length]);
      return Buffer.concat([head, body]);
    };
    fc.assert(
      fc.property(
        fc.constantFrom<Side>('client', 'server'),
        fc.array(
          fc.record({
            type: fc.integer({ min: 19, max: 24 }),
            epoch: fc.nat(2),
            body: fc.uint8Array({ maxLength: 80 }),
          }),
          { maxLength: 5 },
        ),
        fc.uint8Array({ maxLength: 60 }),
        (side, records, noise) => {
          const { sides } = new Pair();
          if (side === 'client') sides.client.start();
          sides[side].receive(Buffer.from(noise));
          for (const { type, epoch, body } of records) sides[side].receive(record(type, epoch, body));
          sides[side].close();
        },
      ),
    );
  });
});
