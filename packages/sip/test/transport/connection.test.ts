import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/transport/connection.ts';

/** A socket whose far end does, or does not, read what it is sent. */
class Line extends Duplex {
  written = '';
  readonly #reads: boolean;

  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    if (this.#reads) done();
  }

  override _read(): void {}
}

function connection(reads: boolean) {
  const line = new Line(reads);
  const socket = Object.assign(line, { setNoDelay: () => line, setKeepAlive: () => line });
  new Connection(
    socket as unknown as Socket,
    { protocol: 'tcp', address: '192.0.2.1', port: 5060, flow: 'f' },
    {
      message: () => {},
      ended: () => {},
      now: () => 0,
    },
  );
  return line;
}

const PINGS = Buffer.from('\r\n\r\n'.repeat(16_000));

describe('RFC 5626 §4.4.1 keep-alives over a connection', () => {
  it('a ping is answered with one CRLF', async () => {
    const line = connection(true);
    line.push('\r\n\r\n');
    await new Promise(setImmediate);
    expect(line.written).toBe('\r\n');
  });

  it('sixteen thousand pings at once are not sixteen thousand writes', async () => {
    const line = connection(true);
    line.push(PINGS);
    await new Promise(setImmediate);
    expect(line.written).toBe('\r\n');
  });

  it('who pings and never reads does not fill the memory with answers', async () => {
    const line = connection(false);
    for (let i = 0; i < 50; i++) {
      line.push(PINGS);
      await new Promise(setImmediate);
    }
    expect(line.writableLength).toBeLessThan(10);
  });
});
