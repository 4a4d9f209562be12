/** A server that answers the cabinet by the words of its API from rows of its own: for pictures with 0 or 100 000 rows. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  actionItem,
  type CallItem,
  callCard,
  callItem,
  GROUPS,
  isLogin,
  type Login,
  meOf,
  NUMBERS,
  ROUTE,
  userItem,
} from './records.ts';

export interface Stage extends AsyncDisposable {
  readonly origin: string;
  /** Says something on every live channel. */
  tell(topic: string, data: unknown): void;
  /** How many live channels are open. */
  readonly channels: () => number;
}

export interface StageOptions {
  /** Folder of the built cabinet. */
  readonly dist: string;
  /** Calls in the history; the other lists are full or empty with it. */
  readonly rows: number;
  readonly language: 'ru' | 'en';
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
};

/** What the product's server sends with the page: a page that needs more would break there. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'";

export async function openStage({ dist, rows, language }: StageOptions): Promise<Stage> {
  const server = createServer((request, response) => {
    void answer(request, response).catch(error => response.writeHead(500).end(String(error)));
  });
  const wide = new WebSocketServer({ server, path: '/api/live' });
  const open = new Set<WebSocket>();
  let seq = 0;
  wide.on('connection', socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.send(JSON.stringify({ hello: { epoch: 'stage', seq } }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stage');
    if (url.pathname.startsWith('/api/')) return api(request, response, url);
    const file = extname(url.pathname) === '' ? 'index.html' : url.pathname;
    const body = await readFile(join(dist, file)).catch(() => null);
    if (!body) return void response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const head = { 'content-type': type, 'content-security-policy': POLICY, 'content-encoding': 'gzip' };
    response.writeHead(200, { ...head, 'cache-control': 'no-cache' }).end(gzipSync(body, { level: 1 }));
  }

  const paged = (url: URL, all: number, of: (n: number) => CallItem) => {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const limit = Number(url.searchParams.get('limit') ?? 50);
    const items = Array.from({ length: Math.max(0, Math.min(limit, all - from)) }, (_, i) => of(from + i));
    return { items, next: from + limit < all ? String(from + limit) : null, total: from === 0 ? all : null };
  };
  const some = (n: number) => (rows === 0 ? 0 : n);
  let users = some(105);

  async function api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.slice('/api'.length);
    const say = (status: number, body?: unknown) =>
      response
        .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
        .end(body === undefined ? undefined : JSON.stringify(body));
    const refuse = (status: number, title: string) =>
      say(status, {
        type: 'about:blank',
        title,
        status,
        code: 'stage',
        parameters: {},
        requestId: 'stage-1',
      });
    const [, cookie = ''] = /stage=(\w+)/.exec(request.headers.cookie ?? '') ?? [];
    const signedIn: Login | null = isLogin(cookie) ? cookie : null;
    if (path === '/session' && request.method === 'POST') {
      const { login } = JSON.parse(await textOf(request));
      if (!isLogin(login)) return void refuse(401, 'Неверный логин, пароль или домен');
      response.setHeader('set-cookie', `stage=${login}; Path=/; HttpOnly`);
      return void say(200, meOf(login, language, users));
    }
    if (path === '/session' && request.method === 'DELETE') {
      response.setHeader('set-cookie', 'stage=; Path=/; Max-Age=0');
      return void say(204);
    }
    if (!signedIn) return void refuse(401, 'Войдите в кабинет');
    const [, first, second] = path.split('/');
    const n = Number.parseInt(second?.slice(-12) ?? '', 16);
    switch (first) {
      case 'session':
        return void say(200, meOf(signedIn, language, users));
      case 'calls':
        return void say(200, second ? callCard(n) : paged(url, rows, callItem));
      case 'users':
        return void say(200, second ? userItem(n) : paged(url, some(105), userItem));
      case 'groups':
        return void say(200, { items: rows === 0 ? [] : GROUPS, next: null, total: some(GROUPS.length) });
      case 'numbers':
        return void say(200, {
          items: rows === 0 ? [] : NUMBERS,
          next: null,
          total: some(NUMBERS.length),
          channels: { incoming: { used: 2, limit: 5 }, outgoing: { used: 1, limit: 4 } },
        });
      case 'actions':
        return void say(200, paged(url, some(340), actionItem));
      case 'jobs':
        return void say(200, { items: [], next: null, total: 0 });
      case 'sessions':
        return void say(200, { items: SESSIONS });
      case 'route-check':
        return void say(200, ROUTE);
      case 'search':
        return void say(200, {
          items: [{ kind: 'user', id: userItem(1).id, title: 'Анна Смирнова', subtitle: '101 · anna' }],
        });
      case 'me':
        if (request.method === 'PATCH') {
          const { language: chosen } = JSON.parse(await textOf(request));
          return void say(200, meOf(signedIn, chosen, users));
        }
        return void say(200, {
          secret: 'JBSWY3DPEHPK3PXP',
          uri: 'otpauth://totp/demo:admin?secret=JBSWY3DPEHPK3PXP',
        });
      default:
        return void refuse(404, 'Не найдено');
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    channels: () => open.size,
    tell: (topic, data) => {
      // What is told is what is answered from then on.
      if (topic === 'counters') users = (data as { readonly users: number }).users;
      const text = JSON.stringify({ seq: ++seq, topic, data });
      for (const socket of open) socket.send(text);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.terminate();
      wide.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const SESSIONS = [
  {
    id: '0199c0de-0013-7000-8000-000000000001',
    current: true,
    createdAt: '2026-11-23T08:00:00.000Z',
    seenAt: '2026-11-23T13:58:00.000Z',
    address: '192.168.1.15',
    agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
  },
  {
    id: '0199c0de-0013-7000-8000-000000000002',
    current: false,
    createdAt: '2026-11-20T08:00:00.000Z',
    seenAt: '2026-11-22T19:12:00.000Z',
    address: '91.200.10.7',
    agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Mobile Safari/604',
  },
];

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}
