import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Clock, Ms } from '@kommutator/base';
import { joinTransports, ownHosts, type SipLog, type Transport, WebSocketTransport } from '@kommutator/sip';
import type { Log } from '@kommutator/telephony';
import type { Config } from '../config/index.ts';
import { readPreface } from '../ipc/websocket-preface.ts';

/** The office says at once whose connection it is. */
const PREFACE_WITHIN: Ms = 5_000;
/** Connections at a time, those the transport has refused and is about to close included. */
const MOST = 12_000;

interface DoorOptions {
  /** Path of the Unix socket. */
  readonly path: string;
  readonly transport: WebSocketTransport;
  readonly clock: Clock;
  readonly log: Log;
}

interface Door {
  close(): Promise<void>;
}

/**
 * Where the office hands over WebSockets: a Unix socket only our user may open. Each connection says whose it is, then the
 * transport shakes hands. Rejects when the socket cannot be made.
 */
async function openDoor({ path, transport, clock, log }: DoorOptions): Promise<Door> {
  const open = new Set<Socket>();
  rmSync(path, { force: true });
  const server = createServer(socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    void readPreface(socket, clock, PREFACE_WITHIN).then(handover => {
      if (handover.ok) {
        transport.accept(handover.value.request, socket, handover.value.head);
        // Paused behind the preface; now there is somebody who reads.
        socket.resume();
      } else {
        log.warn({ error: handover.error }, 'a WebSocket was not handed over');
        socket.destroy();
      }
    });
  });
  server.maxConnections = MOST;
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
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      for (const socket of open) socket.destroySoon();
      return closed;
    },
  };
}

export interface WebSocketOptions {
  /** Path of the Unix socket where the office hands WebSockets over. */
  readonly path: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly sipLog: SipLog;
  /** What Via and Contact say. */
  readonly advertised: string | undefined;
  /** Whether a connection from an address is taken at all. */
  readonly accepts: (address: string) => boolean;
}

/** The transport with SIP over WebSocket beside it. When its socket cannot be made calls go on without it: the log says why. */
export async function withWebSocket(plain: Transport, o: WebSocketOptions): Promise<Transport> {
  const { path, config, clock, log, sipLog, advertised, accepts } = o;
  const address = config.httpHost ?? '0.0.0.0';
  const { four, six } = ownHosts(address, advertised);
  const transport = new WebSocketTransport({
    listening: [...new Set([four, six])].flatMap(host => [
      { protocol: 'ws', address, port: config.httpPort, advertised: host } as const,
      { protocol: 'wss', address, port: config.httpsPort, advertised: host } as const,
    ]),
    log: sipLog,
    clock,
    accepts,
  });
  try {
    const door = await openDoor({ path, transport, clock, log });
    const joined = joinTransports([plain, transport]);
    const { close } = joined;
    joined.close = async () => {
      await close();
      await door.close();
    };
    return joined;
  } catch (error) {
    log.error({ alarm: true, path, error: String(error) }, 'no SIP over WebSocket');
    return plain;
  }
}
