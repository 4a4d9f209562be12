/** Strangers at the RTP ports of a conversation, and phones whose NAT gives them another port (DESIGN §2 «RTP latch»). */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SystemClock } from '@kommutator/base';
import {
  earOf,
  eventually,
  metricsOf,
  openPhone,
  type RealPhone,
  type RtpAudio,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import { encode, sines, ToneDetector } from '@kommutator/media/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const clock = new SystemClock();
let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;
let strangers: Socket[] = [];

beforeAll(async () => {
  exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  for (const { phone } of [anna, boris]) expect(await phone.registers()).toBe(200);
});

afterAll(async () => {
  for (const socket of strangers) socket.close();
  for (const phone of [anna, boris]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

async function talk() {
  const call = await anna.phone.calls('102');
  const ringing = await boris.phone.rings();
  ringing.answers();
  await call.decided;
  const [annas, boriss] = [earOf(call), earOf(ringing)];
  await Promise.all([annas.untilHears(900), boriss.untilHears(500)]);
  const ports = [call, ringing].map(one => one.remote?.port ?? 0);
  return { call, annas, boriss, ports };
}

/** Every 100 ms of what came since the packet `from`: the tones in it, each once. */
function heardSince({ peer }: RtpAudio, from: number): Set<string> {
  const tones = new Set<string>();
  const packets = peer.heard.slice(from).filter(({ payloadType }) => payloadType === 8);
  for (let i = 0; i + 5 <= packets.length; i++) {
    const ear = new ToneDetector('PCMA');
    for (const { payload } of packets.slice(i, i + 5)) ear.push(payload);
    tones.add([500, 900, 1300].filter(hz => ear.hears(hz)).join('+') || 'something else');
  }
  return tones;
}

test('SECURITY: strangers spray every open port with what they know of the streams; nothing comes back, nothing is heard', async () => {
  const { call, annas, boriss, ports } = await talk();
  const before = (await metricsOf(exchange)).get('kommutator_media_refused_packets_total') ?? 0;
  const echoes: string[] = [];
  // Another address, and another port of the phones' own.
  strangers = await Promise.all(
    ['127.0.0.2', '127.0.0.1'].map(async host => {
      const socket = createSocket('udp4').bind(0, host);
      await once(socket, 'listening');
      socket.on('message', (_, from) => echoes.push(`${host} ← ${from.port}`));
      return socket;
    }),
  );
  const from = [annas, boriss].map(({ peer }) => peer.heard.length);
  const noise = Buffer.from(encode('PCMA', sines([1300], 20)));
  const until = clock.now() + 2_000;
  let sprayed = 0;
  while (clock.now() < until) {
    for (const { peer } of [annas, boriss]) {
      for (const ssrc of [peer.ssrc, 0xdead_beef]) {
        for (const ahead of [0, 1, 5, 2_000]) {
          const packet = Buffer.concat([Buffer.from([0x80, 8]), Buffer.alloc(10), noise]);
          packet.writeUInt16BE((peer.sequence + ahead) & 0xffff, 2);
          packet.writeUInt32BE((peer.timestamp + ahead * 160) >>> 0, 4);
          packet.writeUInt32BE(ssrc, 8);
          for (const port of ports) {
            for (const socket of strangers) socket.send(packet, port, '127.0.0.1');
            sprayed += strangers.length;
          }
        }
      }
    }
    // BYE alone, and a report with BYE: of their stream from another host, of some stream from theirs.
    const bye = Buffer.from([0x81, 203, 0, 1, 0x12, 0x34, 0x56, 0x78]);
    for (const port of ports) {
      for (const [i, socket] of strangers.entries()) {
        const report = Buffer.from([0x80, 201, 0, 1, ...(i === 0 ? bye.subarray(4) : [1, 2, 3, 4])]);
        socket.send(bye, port + 1, '127.0.0.1');
        socket.send(Buffer.concat([report, bye]), port + 1, '127.0.0.1');
      }
    }
    await clock.sleep(20);
  }
  expect(sprayed).toBeGreaterThan(1_000);
  expect(echoes).toEqual([]);
  expect(heardSince(annas, from[0] ?? 0)).toEqual(new Set(['900']));
  expect(heardSince(boriss, from[1] ?? 0)).toEqual(new Set(['500']));
  for (const [i, { peer }] of [annas, boriss].entries())
    expect(peer.heard.length - (from[i] ?? 0)).toBeGreaterThan(80);
  call.hangsUp();
  await call.over;
  const refused = async () => (await metricsOf(exchange)).get('kommutator_media_refused_packets_total') ?? 0;
  // The kernel drops a few of such a flood before we see them.
  await eventually(clock, refused, count => count - before > sprayed / 2);
  expect(echoes).toEqual([]);
});

test('a phone whose NAT gives it another port is heard again within 1.5 s, and hears again', async () => {
  const { call, annas, boriss } = await talk();
  const moves = (await metricsOf(exchange)).get('kommutator_media_source_moves_total') ?? 0;
  await annas.peer.rebind();
  const moved = clock.now();
  // What was on its way; from here on nothing is heard of her until her stream is followed.
  await clock.sleep(200);
  const before = boriss.peer.heard.length;
  const at = annas.peer.heard.length;
  await boriss.peer.until(() => boriss.peer.heard.length > before);
  const gap = clock.now() - moved;
  expect(gap).toBeGreaterThanOrEqual(900);
  expect(gap).toBeLessThanOrEqual(1_500);
  await Promise.all([boriss.untilHears(500), annas.peer.until(() => annas.peer.heard.length > at + 5)]);
  await annas.untilHears(900);
  expect((await metricsOf(exchange)).get('kommutator_media_source_moves_total')).toBe(moves + 1);
  call.hangsUp();
  await call.over;
});

test('DESIGN §2 rule 2 nothing is left of these calls', () => untilQuiet(exchange));
