import { expect, it } from 'vitest';
import { openWire } from '../src/engine/wire.ts';
import { RtpPeer } from '../src/testing/rtp-peer.ts';

it.each(['127.0.0.1', '::1'])(
  'a wire for both families hears and reaches %s by that very address',
  async host => {
    const heard: string[] = [];
    let tell = () => {};
    const came = new Promise<void>(resolve => {
      tell = resolve;
    });
    const inlet = {
      rtp: (_packet: Buffer, address: string) => {
        heard.push(address);
        tell();
      },
      rtcp: () => {},
    };
    const peer = await RtpPeer.open(0, host);
    let wire = await openWire('::', 42_310, inlet);
    for (let port = 42_312; !wire && port < 42_400; port += 2) wire = await openWire('::', port, inlet);
    if (!wire) throw new Error('no port');
    const packet = Buffer.alloc(12 + 160, 0xd5);
    packet[0] = 0x80;
    packet[1] = 8;
    wire.rtp(packet, peer.port, host);
    const [back] = await peer.hears(1);
    peer.raw(back?.fromPort ?? 0, packet);
    await came;
    expect(heard).toEqual([host]);
    wire.close();
    await peer.close();
  },
);
