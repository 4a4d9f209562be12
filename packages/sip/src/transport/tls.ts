import type { Socket } from 'node:net';
import { connect, createServer, type SecureContextOptions, type TlsOptions as ServerOptions } from 'node:tls';
import { plainAddress } from './address.ts';
import { MOST, openStream, type StreamOptions } from './stream.ts';
import type { Transport } from './types.ts';

/** A certificate chain and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Where the certificate comes from, and the word that there is a new one. */
export interface CertificateSource {
  readonly current: Certificate;
  /** Set by the transport: `current` is another one; connections that stand keep the old one. */
  changed: () => void;
}

export interface TlsOptions extends StreamOptions {
  /** What we show; without one nobody can connect to us, as to a phone. */
  readonly certificate?: CertificateSource;
  /** PEM of the authorities that certificates of others are checked against; the well-known ones when left out. */
  readonly authorities?: string;
}

/** TLS 1.0 and 1.1 are over (RFC 8996). */
const OLDEST = 'TLSv1.2';
const HANDSHAKE_WITHIN = 10_000;

/**
 * SIP over TLS (RFC 3261 §26.2.1). Connections we make are refused unless the certificate of the far end is valid for
 * its address (RFC 5922 §7). Rejects when the address cannot be bound or the certificate is none.
 */
export async function openTls(o: TlsOptions): Promise<Transport> {
  const { certificate, authorities: ca } = o;
  // Who may connect is asked before the handshake, and not again.
  const { accepts, ...asked } = o;
  const context = (): SecureContextOptions => ({ ...certificate?.current, minVersion: OLDEST });
  const limits: ServerOptions = { handshakeTimeout: HANDSHAKE_WITHIN };
  const server = createServer({ ...context(), ...limits });
  // Those that still shake hands are counted too.
  server.maxConnections = o.most ?? MOST;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    // Before the handshake, which costs a hundred times what a refusal does.
    if (accepts && !accepts(plainAddress(socket.remoteAddress ?? ''))) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error, { remoteAddress }) =>
    o.log('debug', 'no TLS with a peer', { address: remoteAddress, error: error.message }),
  );
  const transport = await openStream(
    {
      protocol: 'tls',
      server,
      accepted: 'secureConnection',
      connected: 'secureConnect',
      dial: ({ address: host, port, name }, localAddress) =>
        connect({
          host,
          port,
          minVersion: OLDEST,
          // The name is asked for (SNI) and checked; without one the address is checked.
          ...(name !== undefined && { servername: name }),
          ...(localAddress && { localAddress }),
          ...(ca && { ca }),
        }),
      close: () => {
        for (const socket of sockets) socket.destroy();
      },
    },
    asked,
  );
  if (certificate) certificate.changed = () => server.setSecureContext(context());
  return transport;
}
