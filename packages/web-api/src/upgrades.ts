/** One place for connections that leave HTTP: each path has one taker, everything else is refused. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export class Upgrades {
  readonly #takers = new Map<string, Upgrade>();

  /** From now on connections asking for `path` are `take`'s. */
  set(path: string, take: Upgrade): void {
    this.#takers.set(path, take);
  }

  /** The listener of a server's 'upgrade' event. */
  readonly dispatch: Upgrade = (request, socket, head) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const take = this.#takers.get(path);
    if (take) return take(request, socket, head);
    refuseUpgrade(socket, '404 Not Found');
  };
}

/** An answer and the end, whether the other side hangs up or not: no limit of the server's holds for these sockets any more. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  // Nobody listens to this socket's errors yet, and one without a listener ends the process.
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
