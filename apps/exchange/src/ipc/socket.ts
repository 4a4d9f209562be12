import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import type { Clock, Ms, Timer } from '@kommutator/base';
import { Channel, type Handlers } from './channel.ts';
import { encodeFrame, FrameDecoder } from './frame.ts';
import type { Hello, Line, Message, Vocabulary } from './messages.ts';

/** A line over a connected stream socket. */
export function socketLine(socket: Socket): Line {
  const decoder = new FrameDecoder();
  let over = false;
  const end = (why: string) => {
    if (over) return;
    over = true;
    socket.destroy();
    line.closed(why);
  };
  const line: Line = {
    receive: () => {},
    closed: () => {},
    get backlog() {
      return socket.writableLength;
    },
    soon: flush => void setImmediate(flush),
    send(batch: readonly Message[]) {
      if (!over) socket.write(encodeFrame(batch));
    },
    close() {
      over = true;
      socket.end();
    },
  };
  socket.on('data', piece => {
    const batches = decoder.push(piece);
    if (!batches.ok) return end(batches.error);
    for (const batch of batches.value) line.receive(batch);
  });
  socket.on('error', error => end(error.message));
  socket.on('close', () => end('closed by peer'));
  return line;
}

export interface ChannelServer {
  /** Hangs up on everybody and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix socket that only our user may open; a socket file left by a killed process is replaced.
 * @param accept is told of every peer after its greeting and returns what to do with its messages.
 */
export async function serveChannels<Ours extends Vocabulary, Theirs extends Vocabulary>(options: {
  readonly path: string;
  readonly role: string;
  readonly clock: Clock;
  readonly accept: (channel: Channel<Ours, Theirs>, hello: Hello) => Handlers<Theirs>;
}): Promise<ChannelServer> {
  const { path, role, clock, accept } = options;
  const open = new Set<Channel<Ours, Theirs>>();
  rmSync(path, { force: true });
  const server = createServer(socket => {
    const channel: Channel<Ours, Theirs> = new Channel({
      line: socketLine(socket),
      clock,
      role,
      meet: hello => accept(channel, hello),
      closed: () => open.delete(channel),
    });
    open.add(channel);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(path, 0o600);
  return {
    close: () => {
      for (const channel of open) channel.close('server closes');
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

export interface Reconnecting {
  close(): void;
}

/** Pauses between attempts, ms; the last one repeats. The first attempt is made at once. */
const PAUSES: readonly Ms[] = [20, 50, 100, 200, 500, 1_000, 2_000];

/**
 * Keeps a channel to a Unix socket, coming back whenever it is lost.
 * @param up is told of every new connection after the greeting.
 */
export function keepConnected<Ours extends Vocabulary, Theirs extends Vocabulary>(options: {
  readonly path: string;
  readonly role: string;
  readonly clock: Clock;
  readonly up: (channel: Channel<Ours, Theirs>, hello: Hello) => Handlers<Theirs>;
}): Reconnecting {
  const { path, role, clock, up } = options;
  let closed = false;
  let attempt = 0;
  let timer: Timer | null = null;
  let current: Channel<Ours, Theirs> | null = null;
  const again = () => {
    current = null;
    if (closed) return;
    timer = clock.after(PAUSES[Math.min(attempt++, PAUSES.length - 1)] ?? 0, connect);
  };
  const connect = () => {
    const channel: Channel<Ours, Theirs> = new Channel({
      line: socketLine(createConnection(path)),
      clock,
      role,
      meet: hello => {
        attempt = 0;
        return up(channel, hello);
      },
      closed: again,
    });
    current = channel;
  };
  connect();
  return {
    close() {
      closed = true;
      timer?.cancel();
      current?.close();
    },
  };
}
