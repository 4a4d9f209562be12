import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@kommutator/base';
import type { Peer, Transport } from '@kommutator/sip';
import { describe, expect, it } from 'vitest';
import { headerOf, unpackTrace, withoutSecrets } from '../src/files/trace-format.ts';
import { tapped } from '../src/signalling/tapped.ts';
import { TraceRing } from '../src/signalling/trace-ring.ts';
import { folder, keptLog } from './support.ts';

const peer: Peer = { protocol: 'udp', address: '127.0.0.1', port: 5071 };
const message = (callId: string, more = '') =>
  Buffer.from(
    `REGISTER sip:demo SIP/2.0\r\ni: ${callId}\r\nAuthorization: Digest realm="demo",\r\n response="geheim"\r\nContent-Length: ${more.length}\r\n\r\n${more}`,
  );

function house(bytes = 1_000_000) {
  const path = folder();
  const clock = new VirtualClock();
  const ring = new TraceRing({ folder: path, clock, log: keptLog(), bytes });
  const read = () =>
    readdirSync(path)
      .sort()
      .flatMap(file => [...unpackTrace(readFileSync(join(path, file)))]);
  return { path, clock, ring, read };
}

describe('SIP traces', () => {
  it('hold every message with time, direction and peer, in order', async () => {
    const { ring, read, clock } = house();
    ring.add('in', peer, message('a', 'Анна\nтело'));
    await clock.advance(50);
    ring.add('out', peer, message('b'));
    await ring.close();
    expect(
      read().map(({ at, way, peer: from, text }) => [
        at - clock.wall(),
        way,
        from,
        headerOf(text, 'call-id', 'i'),
      ]),
    ).toEqual([
      [-50, 'in', 'udp:127.0.0.1:5071', 'a'],
      [0, 'out', 'udp:127.0.0.1:5071', 'b'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('never hold credentials or media keys', async () => {
    const { ring, path } = house();
    ring.add('in', peer, message('a', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:geheim\r\nm=audio'));
    ring.add('out', peer, Buffer.from('proxy-AUTHORIZATION : Digest geheim\r\nTo: x\r\n\r\n'));
    await ring.close();
    for (const file of readdirSync(path))
      expect(readFileSync(join(path, file), 'utf8')).not.toContain('geheim');
    expect(withoutSecrets(Buffer.from('Authorization: Digest geheim\r\nTo: x\r\n')).toString()).toBe(
      'Authorization: (hidden)\r\nTo: x\r\n',
    );
  });

  it.each([
    'AuThOrIzAtIoN: Digest geheim',
    'PROXY-authorization\t: Digest geheim',
    'Authorization: Digest a="b",\r\n\tresponse="geheim",\r\n c="geheim"',
    'Authentication-info: rspauth="geheim"',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:geheim',
    'A=CRYPTO:1 x inline:geheim',
    'a=key-mgmt:mikey geheim',
    'a=ice-pwd:geheim',
    'k=base64:geheim',
  ])('RFC 3261 §7.3.1: however it is written, %j is not kept', line => {
    const text = withoutSecrets(
      Buffer.from(`INVITE sip:b SIP/2.0\r\nTo: x\r\n${line}\r\nFrom: y\r\n\r\n`),
    ).toString();
    expect(text).not.toContain('geheim');
    expect(text).toMatch(/To: x\r\n.* \(hidden\)\r\nFrom: y/);
  });

  it('hold no more in memory than 64 MB, whatever comes while the disk is slow', async () => {
    const { ring } = house();
    const large = Buffer.alloc(65_000, 'x');
    for (let n = 0; n < 2_000; n++) ring.add('in', peer, large);
    expect(ring.counters.dropped).toBeGreaterThan(900);
    await ring.close();
  });

  it('take no more room than given: the oldest go first', async () => {
    const { ring, path, read } = house(64_000);
    for (let n = 0; n < 400; n++) {
      ring.add('in', peer, message(`call${n}`, 'x'.repeat(500)));
      await ring.flush();
    }
    const size = readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
    expect(size).toBeLessThanOrEqual(66_000);
    expect(headerOf(read().at(-1)?.text ?? '', 'call-id', 'i')).toBe('call399');
    expect(headerOf(read()[0]?.text ?? '', 'call-id', 'i')).not.toBe('call0');
  });

  it('leave out pings of phones and their answers, and nothing a stranger makes look like one', async () => {
    const transport: Transport = {
      listening: [],
      local: () => ({ protocol: 'udp', address: '', port: 0, advertised: '' }),
      send: () => {},
      receive: () => {},
      closed: () => {},
      hangUp: () => {},
      close: async () => {},
    };
    const { ring, read } = house();
    const seen = tapped(transport, [ring]);
    seen.receive = () => {};
    const text = (start: string) =>
      Buffer.from(`${start}\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKping-abc-1;rport\r\n\r\n`);
    seen.send(text('OPTIONS sip:a@b SIP/2.0'), peer);
    transport.receive(text('SIP/2.0 200 OK'), peer);
    transport.receive(text('OPTIONS sip:a@b SIP/2.0'), peer);
    seen.send(text('SIP/2.0 404 Not Found'), peer);
    transport.receive(text('INVITE sip:a@b SIP/2.0'), peer);
    await ring.close();
    expect(read().map(({ way, text: said }) => [way, said.split(' ')[0]])).toEqual([
      ['in', 'OPTIONS'],
      ['out', 'SIP/2.0'],
      ['in', 'INVITE'],
    ]);
  });

  it('pass through a transport unseen by those who use it', async () => {
    const sent: string[] = [];
    const transport: Transport = {
      listening: [],
      local: () => ({ protocol: 'udp', address: '', port: 0, advertised: '' }),
      send: bytes => void sent.push(Buffer.from(bytes).toString()),
      receive: () => {},
      closed: () => {},
      hangUp: () => {},
      close: async () => {},
    };
    const { ring, read } = house();
    const seen = tapped(transport, [ring]);
    const received: string[] = [];
    const gone: Peer[] = [];
    seen.closed = connection => void gone.push(connection);
    transport.closed(peer);
    expect(gone).toEqual([peer]);
    seen.receive = bytes => void received.push(Buffer.from(bytes).toString());
    transport.receive(Buffer.from('in\r\n\r\n'), peer);
    seen.send(Buffer.from('out\r\n\r\n'), peer);
    await ring.close();
    expect([received, sent]).toEqual([['in\r\n\r\n'], ['out\r\n\r\n']]);
    expect(read().map(({ way, text }) => [way, text])).toEqual([
      ['in', 'in\r\n\r\n'],
      ['out', 'out\r\n\r\n'],
    ]);
  });
});
