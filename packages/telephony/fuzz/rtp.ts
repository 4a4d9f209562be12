import { Leg, relay, Stage } from '../../media/test/support/leg.ts';
import { must, type TargetMaker } from './target.ts';

/** Packets a phone sends: sound, keys, with CSRCs, extension, padding; reports and a BYE. */
function samples(): Buffer[] {
  const stage = new Stage();
  const phone = new Leg(stage, 'samples', 4_000);
  const out: Buffer[] = [];
  const catching = Object.assign(phone.endpoint, {
    rtp: (packet: Buffer) => {
      out.push(Buffer.from(packet));
    },
  });
  must(catching === phone.endpoint, 'the phone has another endpoint');
  phone.says();
  phone.presses('5');
  phone.says(Array(80).fill(0xd5), 0);
  const [sound] = out as [Buffer];
  const extended = Buffer.concat([
    sound.subarray(0, 12),
    Buffer.from('bede0001100aff00', 'hex'),
    sound.subarray(12),
  ]);
  extended[0] = 0x90;
  const sources = Buffer.concat([sound.subarray(0, 12), Buffer.alloc(8, 7), sound.subarray(12)]);
  sources[0] = 0x82;
  const padded = Buffer.concat([sound, Buffer.from([0, 0, 0, 4])]);
  padded[0] = 0xa0;
  out.push(extended, sources, padded);
  const report = '80c80006000000fae1a2b3c480000000000000a0000000010000' + '00a0';
  const about = '81c90007000000fa00000fa00a0000010000006400000005deadbeef00010000';
  const name = '81ca0004000000fa0104616e6e61000000000000';
  const bye = '81cb0001000000fa';
  for (const hex of [report + name, about + name, report + name + bye]) out.push(Buffer.from(hex, 'hex'));
  return out;
}

/** RTP, telephone-event and RTCP into two endpoints that are joined (RFC 3550, RFC 4733). */
export const packets: TargetMaker = random => {
  let stage = new Stage();
  let legs = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)] as const;
  const begin = () => {
    for (const leg of legs) leg.endpoint.close();
    stage = new Stage();
    legs = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    const [a, b] = legs;
    a.hears(relay(b));
    b.hears(relay(a));
    for (const leg of legs) {
      leg.watch('relay');
      leg.says();
    }
  };
  begin();
  let fed = 0;
  return {
    name: 'packets',
    share: 18,
    samples: samples(),
    feed: mutant => {
      const leg = legs[random() < 0.5 ? 0 : 1];
      const address = random() < 0.8 ? '10.0.0.1' : '203.0.113.66';
      const port = random() < 0.9 ? leg.port : 4_444;
      const reports = random() < 0.3;
      // Most go on where the stream is: else the latch would refuse them before anything else is looked at.
      if (!reports && mutant.length >= 12 && random() < 0.7) {
        mutant.writeUInt16BE(leg.sequence++ & 0xffff, 2);
        mutant.writeUInt32BE(leg.port, 8);
      }
      if (reports) leg.endpoint.rtcp(mutant, address, port);
      else leg.endpoint.rtp(mutant, address, port);
      for (const { sent, rtcp, to } of legs) {
        for (const packet of sent)
          must(packet.length >= 12 && packet.length <= 2_048, `${packet.length} bytes sent`);
        sent.length = 0;
        rtcp.length = 0;
        to.length = 0;
      }
      stage.events.length = 0;
      if (++fed % 2_000 === 0) begin();
    },
    breathe: async () => {
      await stage.clock.advance(20 * Math.floor(random() * 10));
    },
    rest: async () => {
      for (const leg of legs) leg.endpoint.close();
      await stage.clock.advance(60_000);
      must(stage.clock.pending === 0, `${stage.clock.pending} timers`);
    },
  };
};
