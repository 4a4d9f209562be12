import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Ms } from '@kommutator/base';
import type { Health } from './health.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly health: () => Health;
  /** Text of all metrics in the format of Prometheus, and its content type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** ms a client may take to say what it wants; 10 s when left out. */
  readonly patience?: Ms;
}

/** Nothing asked here is long: who dawdles, or opens connections by the thousand, is no browser and no Prometheus. */
const PATIENCE: Ms = 10_000;
const MOST_CONNECTIONS = 1_000;
const LONGEST_HEAD = 8 * 1024;
const PROBLEM = 'application/problem+json';

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws when the port cannot be had. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { patience = PATIENCE } = options;
  const server = createServer(
    {
      headersTimeout: patience,
      requestTimeout: patience,
      connectionsCheckingInterval: patience / 4,
      maxHeaderSize: LONGEST_HEAD,
    },
    (request, response) => void answer(options, request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () => close(server),
  };
}

async function answer(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD')
    // RFC 9110 §15.5.6.
    return send(response.setHeader('allow', 'GET, HEAD'), 405, PROBLEM, problem(405, 'Method Not Allowed'));
  if (path === '/health') {
    const health = options.health();
    return send(response, health.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(health));
  }
  if (path === '/metrics') {
    try {
      const { type, text } = await options.metrics();
      return send(response, 200, type, text);
    } catch {
      return send(response, 500, PROBLEM, problem(500, 'Internal Server Error'));
    }
  }
  return send(response, 404, PROBLEM, problem(404, 'Not Found'));
}

/** RFC 9457. */
const problem = (status: number, title: string): string =>
  JSON.stringify({ type: 'about:blank', title, status });

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}
