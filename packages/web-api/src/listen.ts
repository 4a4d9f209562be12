/** Listening: HTTP, and HTTPS with a certificate that may be renewed meanwhile. */
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Ms } from '@kommutator/base';
import type { WebApi } from './server.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Given = HTTPS. */
  readonly certificate?: Certificate;
  /** ms a client may take to say what it wants; 10 s when left out. */
  readonly patience?: Ms;
}

/** Nothing asked here is long: who dawdles, or opens connections by the thousand, is no browser and no Prometheus. */
const PATIENCE: Ms = 10_000;
/** Browser phones stay connected: their number is the limit of SIP over WebSocket, which is lower. */
const MOST_CONNECTIONS = 11_000;
const LONGEST_HEAD = 8 * 1024;

export interface Listening {
  readonly port: number;
  /** From the next connection on; what is open stays. */
  renew(certificate: Certificate): void;
  close(): Promise<void>;
}

/** @throws when the port cannot be had. */
export async function listenHttp(web: WebApi, options: ListenOptions): Promise<Listening> {
  const { patience = PATIENCE, certificate, host, port } = options;
  const limits = {
    headersTimeout: patience,
    requestTimeout: patience,
    connectionsCheckingInterval: patience / 4,
    maxHeaderSize: LONGEST_HEAD,
  };
  const server: Server | SecureServer = certificate
    ? createSecureServer(
        { ...limits, ...certificate, handshakeTimeout: patience, minVersion: 'TLSv1.2' },
        web.handle,
      )
    : createServer(limits, web.handle);
  server.maxConnections = MOST_CONNECTIONS;
  server.on('upgrade', web.upgrades.dispatch);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    renew: renewed => {
      if ('setSecureContext' in server) server.setSecureContext(renewed);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
