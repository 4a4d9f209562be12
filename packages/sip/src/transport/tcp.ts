import { connect, createServer } from 'node:net';
import { openStream, type StreamOptions } from './stream.ts';
import type { Transport } from './types.ts';

/** SIP over TCP (RFC 3261 §18). Rejects when the address cannot be bound. */
export const openTcp = (o: StreamOptions): Promise<Transport> =>
  openStream(
    {
      protocol: 'tcp',
      server: createServer(),
      accepted: 'connection',
      connected: 'connect',
      dial: ({ address: host, port }, localAddress) =>
        connect({ host, port, ...(localAddress && { localAddress }) }),
      close: () => {},
    },
    o,
  );
