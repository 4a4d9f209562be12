import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { VirtualClock } from '@kommutator/base';
import { CAUSES } from '@kommutator/model/cause';
import type { CallId, LegId } from '@kommutator/model/ids';
import type { Listening, Peer } from '@kommutator/sip';
import { describe, expect, it } from 'vitest';
import { Correlation } from '../src/hep/correlation.ts';
import { HepExporter } from '../src/hep/exporter.ts';
import { type Capture, hepPacket } from '../src/hep/packet.ts';

/** Chunks of a HEP version 3 packet by type, as a capture server reads them. */
function chunksOf(packet: Buffer): Map<number, Buffer> {
  expect(packet.toString('latin1', 0, 4)).toBe('HEP3');
  expect(packet.readUInt16BE(4)).toBe(packet.length);
  const chunks = new Map<number, Buffer>();
  for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4)) {
    expect(packet.readUInt16BE(at)).toBe(0);
    chunks.set(packet.readUInt16BE(at + 2), packet.subarray(at + 6, at + packet.readUInt16BE(at + 4)));
  }
  return chunks;
}

const capture: Capture = {
  at: 1_700_000_000_123,
  source: { address: '192.0.2.1', port: 5060 },
  destination: { address: '198.51.100.7', port: 5080 },
  datagram: true,
  payload: Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n'),
  call: 'call-1',
  leg: 'leg-1',
};

describe('HEP version 3', () => {
  it('says who sent what to whom when, and whose call and leg it is', () => {
    const chunks = chunksOf(hepPacket(capture, 2026) as Buffer);
    expect([...(chunks.get(1) ?? [])]).toEqual([2]);
    expect([...(chunks.get(2) ?? [])]).toEqual([17]);
    expect([...(chunks.get(3) ?? [])]).toEqual([192, 0, 2, 1]);
    expect([...(chunks.get(4) ?? [])]).toEqual([198, 51, 100, 7]);
    expect([chunks.get(7)?.readUInt16BE(), chunks.get(8)?.readUInt16BE()]).toEqual([5060, 5080]);
    expect([chunks.get(9)?.readUInt32BE(), chunks.get(10)?.readUInt32BE()]).toEqual([1_700_000_000, 123_000]);
    expect([...(chunks.get(11) ?? [])]).toEqual([1]);
    expect(chunks.get(12)?.readUInt32BE()).toBe(2026);
    expect(chunks.get(15)?.toString()).toBe('OPTIONS sip:a SIP/2.0\r\n\r\n');
    expect([chunks.get(17)?.toString(), chunks.get(19)?.toString()]).toEqual(['call-1', 'leg-1']);
  });

  it.each([
    ['2001:db8::7', '20010db8000000000000000000000007'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ])('writes the IPv6 address %s', (address, hex) => {
    const ends = { source: { address, port: 1 }, destination: { address: '::1', port: 2 }, datagram: false };
    const chunks = chunksOf(hepPacket({ ...capture, ...ends }, 1) as Buffer);
    expect([...(chunks.get(1) ?? []), ...(chunks.get(2) ?? [])]).toEqual([10, 6]);
    expect(chunks.get(5)?.toString('hex')).toBe(hex);
  });

  it('has no packet for a message longer than its length field can say', () => {
    expect(hepPacket({ ...capture, payload: Buffer.alloc(65_500) }, 1)).toBeNull();
  });
});

describe('the export to a capture server', () => {
  const peer: Peer = { protocol: 'udp', address: '127.0.0.1', port: 5071 };
  const local: Listening = { protocol: 'udp', address: '0.0.0.0', port: 5060, advertised: '127.0.0.9' };
  const [call, leg] = ['call-7' as CallId, 'leg-7' as LegId];
  const invite = Buffer.from(
    'INVITE sip:a SIP/2.0\r\nAuthorization: Digest response="geheim"\r\nCall-ID: sip-7\r\n\r\n',
  );
  const started = {
    type: 'leg.started',
    leg,
    role: 'caller',
    party: { kind: 'user', number: '101', name: '' },
    sipCallId: 'sip-7',
  } as const;

  it('waits until the call of an INVITE is known, and leaves secrets out', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    const clock = new VirtualClock();
    const port = server.address().port;
    const hep = new HepExporter({ clock, server: { host: '127.0.0.1', port }, agent: 1 });
    hep.add('in', peer, invite, local);
    hep.event(call, started);
    const came = once(server, 'message');
    await clock.advance(200);
    const chunks = chunksOf((await came)[0] as Buffer);
    expect([chunks.get(17)?.toString(), chunks.get(19)?.toString()]).toEqual([call, leg]);
    expect([...(chunks.get(3) ?? [])]).toEqual([127, 0, 0, 1]);
    expect([...(chunks.get(4) ?? [])]).toEqual([127, 0, 0, 9]);
    expect(chunks.get(15)?.toString()).not.toContain('geheim');
    await hep.close();
    server.close();
    expect([hep.counters, clock.pending]).toEqual([{ sent: 1, dropped: 0 }, 0]);
  });

  it('forgets whose a Call-ID was two sweeps after the end of the leg', () => {
    const correlation = new Correlation();
    correlation.told(call, started);
    correlation.told(call, { type: 'leg.ended', leg, cause: CAUSES.normal, by: 'remote' });
    correlation.sweep();
    expect(correlation.of('sip-7')).toEqual({ call, leg });
    correlation.sweep();
    expect([correlation.of('sip-7'), correlation.size]).toEqual([undefined, 0]);
  });
});
