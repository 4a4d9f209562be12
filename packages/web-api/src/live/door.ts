/** `GET /api/live` as WebSocket (RFC 6455): who may come in, and how his page is kept up to date. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock, Ms, Timer } from '@kommutator/base';
import { mayCall } from '@kommutator/model/rights';
import type { LiveHub, Session, Sessions } from '@kommutator/use-cases';
import { type WebSocket, WebSocketServer } from 'ws';
import { sessionToken } from '../cookies.ts';
import { RateLimits } from '../rate-limits.ts';
import { sameOrigin } from '../same-origin.ts';
import { refuseUpgrade } from '../upgrades.ts';
import { CLOSED, LiveReader } from './reader.ts';

export interface LiveDoorOptions {
  readonly hub: LiveHub;
  readonly sessions: Sessions;
  /** Tells when sessions may have ended or rights changed. @returns how to stop. */
  readonly doubts: (listener: () => void) => () => void;
  readonly clock: Clock;
}

export interface LiveDoor {
  readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Pages connected. */
  readonly readers: number;
  /** Hangs up on everybody. */
  close(): void;
}

/** Pages one session may have open. */
const MOST_PAGES = 20;
const LONGEST_WORD = 4 * 1024;
/** Words a page may say between two beats. */
const MOST_WORDS = 100;
const BEAT: Ms = 25_000;
/** Sessions are asked again so long after a doubt: a change often comes with others. */
const ASK_AFTER: Ms = 200;
/** A page that was behind is looked at again. */
const LOOK_AGAIN: Ms = 100;

interface Page {
  readonly token: string;
  readonly session: Session;
  readonly reader: LiveReader;
  readonly socket: WebSocket;
  alive: boolean;
  words: number;
}

export function liveDoor({ hub, sessions, doubts, clock }: LiveDoorOptions): LiveDoor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_WORD,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const limits = new RateLimits(clock);
  const pages = new Set<Page>();
  const due = new Set<LiveReader>();
  let scheduled = false;
  let later: Timer | null = null;
  const flush = () => {
    scheduled = false;
    const frames = new Map<string, string>();
    for (const reader of due) {
      reader.flush(frames);
      if (!reader.waiting) due.delete(reader);
    }
    if (due.size === 0) return;
    later ??= clock.after(LOOK_AGAIN, () => {
      later = null;
      flush();
    });
  };
  const soon = (reader: LiveReader) => {
    due.add(reader);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  const welcome = (socket: WebSocket, token: string, session: Session & { domain: object }) => {
    const wire = {
      send: (text: string) => socket.send(text),
      get backlog() {
        return socket.bufferedAmount;
      },
      close: (code: number, reason: string) => socket.close(code, reason),
    };
    const { domain, person, rights } = session as Session & { domain: NonNullable<Session['domain']> };
    const reader = new LiveReader({
      hub,
      wire,
      domain: domain.id,
      viewer: { person: person.id, rights },
      due: soon,
    });
    const page: Page = { token, session, reader, socket, alive: true, words: 0 };
    pages.add(page);
    socket.on('message', (data, isBinary) => {
      if (isBinary || ++page.words > MOST_WORDS) reader.close(CLOSED.nonsense, 'too much');
      else reader.said(String(data));
    });
    socket.on('pong', () => {
      page.alive = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      reader.gone();
      due.delete(reader);
      pages.delete(page);
    });
  };

  const beat = () => {
    for (const page of pages) {
      if (!page.alive) page.socket.terminate();
      page.alive = false;
      page.words = 0;
      page.socket.ping();
    }
    beating = clock.after(BEAT, beat);
  };
  let beating = clock.after(BEAT, beat);

  let asking: Timer | null = null;
  const ask = async () => {
    asking = null;
    const found = new Map<string, Session | null>();
    for (const page of [...pages]) {
      // The database is away: nobody is thrown out for that.
      if (!found.has(page.token)) {
        const session = await sessions.find(page.token).catch(() => undefined);
        if (session === undefined) return;
        found.set(page.token, session);
      }
      const now = found.get(page.token);
      if (!now) page.reader.close(CLOSED.noSession, 'signed out');
      else if (!sameRights(now, page.session)) page.reader.close(CLOSED.rights, 'rights changed');
    }
  };
  const stop = doubts(() => {
    asking ??= clock.after(ASK_AFTER, () => void ask());
  });

  return {
    get readers() {
      return pages.size;
    },
    take(request, socket, head) {
      socket.on('error', () => socket.destroy());
      // Before anything is looked up: a made-up token costs a question to the database.
      if (limits.address(request.socket.remoteAddress ?? '') > 0)
        return refuseUpgrade(socket, `429 ${REASONS[429]}`);
      void admit(request, sessions, token => count(pages, token)).then(verdict => {
        if (typeof verdict === 'number') return refuseUpgrade(socket, `${verdict} ${REASONS[verdict]}`);
        server.handleUpgrade(request, socket, head, opened =>
          welcome(opened, verdict.token, verdict.session),
        );
      });
    },
    close() {
      stop();
      beating.cancel();
      asking?.cancel();
      later?.cancel();
      for (const { socket } of pages) socket.terminate();
      server.close();
    },
  };
}

const count = (pages: Iterable<Page>, token: string): number => {
  let n = 0;
  for (const page of pages) if (page.token === token) n++;
  return n;
};

type Admitted = { readonly token: string; readonly session: Session & { domain: object } };

/** @returns the status of a refusal, or who comes in. */
async function admit(
  request: IncomingMessage,
  sessions: Sessions,
  open: (token: string) => number,
): Promise<number | Admitted> {
  const { origin, host, cookie } = request.headers;
  const secure = (request.socket as TLSSocket).encrypted === true;
  const site = request.headers['sec-fetch-site']?.toString();
  if (!sameOrigin({ origin, host, site, secure })) return 403;
  const token = sessionToken(cookie);
  const session = token === null ? null : await sessions.find(token).catch(() => undefined);
  if (session === undefined) return 503;
  if (!session || token === null) return 401;
  if (!mayCall('live', session.rights) || !session.domain) return 403;
  return open(token) >= MOST_PAGES ? 429 : { token, session: { ...session, domain: session.domain } };
}

const sameRights = (now: Session, then: Session): boolean =>
  now.domain?.id === then.domain?.id &&
  now.rights.size === then.rights.size &&
  [...now.rights].every(right => then.rights.has(right));

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};
