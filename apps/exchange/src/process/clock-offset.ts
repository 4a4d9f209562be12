import { createSocket } from 'node:dgram';
import type { Clock, Ms } from '@kommutator/base';

const PACKET = 48;
/** Leap indicator 0, version 4, mode client (RFC 5905 §7.3). */
const CLIENT = 0x23;
const SERVER_MODE = 4;
/** Seconds from 1900 to 1970. */
const EPOCH = 2_208_988_800;
const FRACTION = 2 ** 32;
const PATIENCE: Ms = 2_000;

/**
 * How far this machine's clock is behind (+) or ahead (−) of an NTP server, ms (RFC 5905 §8).
 * @returns null when there is no usable answer within two seconds.
 */
export function clockOffset(clock: Clock, host: string, port = 123): Promise<Ms | null> {
  return new Promise(resolve => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const asked = Buffer.alloc(PACKET);
    asked[0] = CLIENT;
    const sent = clock.wall();
    writeStamp(asked, 40, sent);
    const done = (offset: Ms | null) => {
      timer.cancel();
      socket.close();
      resolve(offset);
    };
    const timer = clock.after(PATIENCE, () => done(null));
    socket.on('error', () => done(null));
    socket.on('message', answer => {
      const offset = offsetIn(answer, asked, sent, clock.wall());
      if (offset !== undefined) done(offset);
    });
    socket.send(asked, port, host, error => {
      if (error) done(null);
    });
  });
}

/** Undefined = not an answer to what was asked. */
function offsetIn(answer: Buffer, asked: Buffer, sent: number, came: number): Ms | null | undefined {
  if (answer.length < PACKET || ((answer[0] ?? 0) & 7) !== SERVER_MODE) return undefined;
  if (!answer.subarray(24, 32).equals(asked.subarray(40, 48))) return undefined;
  // Stratum 0 is a refusal (RFC 5905 §7.4).
  if (answer[1] === 0) return null;
  const [received, replied] = [readStamp(answer, 32), readStamp(answer, 40)];
  return (received - sent + (replied - came)) / 2;
}

function writeStamp(packet: Buffer, at: number, wall: number): void {
  packet.writeUInt32BE(Math.floor(wall / 1_000 + EPOCH) >>> 0, at);
  packet.writeUInt32BE(Math.floor(((wall % 1_000) / 1_000) * FRACTION) >>> 0, at + 4);
}

const readStamp = (packet: Buffer, at: number): number =>
  (packet.readUInt32BE(at) - EPOCH) * 1_000 + (packet.readUInt32BE(at + 4) / FRACTION) * 1_000;
