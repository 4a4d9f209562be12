import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { VirtualClock } from '@kommutator/base';
import { afterEach, describe, expect, it } from 'vitest';
import { clockOffset } from '../src/process/clock-offset.ts';

const EPOCH = 2_208_988_800;
let server: Socket;

afterEach(() => void server.close());

/** A time server whose clock is `ahead` ms before ours. */
async function timeServer(ahead: number, change: (answer: Buffer) => void = () => {}) {
  const clock = new VirtualClock();
  server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (asked, from) => {
    const answer = Buffer.alloc(48);
    answer[0] = 0x24;
    answer[1] = 2;
    asked.copy(answer, 24, 40, 48);
    const now = clock.wall() + ahead;
    for (const at of [32, 40]) {
      answer.writeUInt32BE(Math.floor(now / 1000) + EPOCH, at);
      answer.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32), at + 4);
    }
    change(answer);
    server.send(answer, from.port, from.address);
  });
  return { clock, port: server.address().port };
}

describe('the clock beside a time server (RFC 5905)', () => {
  it.each([0, 1_500, -86_400_000])('is told to be %i ms behind', async ahead => {
    const { clock, port } = await timeServer(ahead);
    expect(Math.abs(((await clockOffset(clock, '127.0.0.1', port)) ?? Number.NaN) - ahead)).toBeLessThan(1);
  });

  it('§7.4: a server that refuses, or has no time itself, says nothing', async () => {
    const { clock, port } = await timeServer(0, answer => answer.writeUInt8(0, 1));
    expect(await clockOffset(clock, '127.0.0.1', port)).toBeNull();
  });

  it('an answer to another question is not believed: nobody else has answered after two seconds', async () => {
    const { clock, port } = await timeServer(500, answer => answer.fill(1, 24, 32));
    const asked = once(server, 'message');
    const offset = clockOffset(clock, '127.0.0.1', port);
    await asked;
    await clock.advance(2_000);
    expect([await offset, clock.pending]).toEqual([null, 0]);
  });
});
