/** The office's doors: HTTP for the cabinet and its API. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Store } from '@kommutator/store';
import type { AccessDesk, LiveHub, Snapshots } from '@kommutator/use-cases';
import { createWebApi, listenHttp, liveDoor, type Services } from '@kommutator/web-api';
import type { Surroundings } from '../process/lifecycle.ts';
import { serveHttps } from './https.ts';
import { sipWebSocketDoor } from './sip-websocket.ts';

/** What the cabinet's build leaves. */
const CABINET = fileURLToPath(new URL('../../../cabinet/dist/', import.meta.url));

export interface WebParts extends Pick<Services, 'health' | 'metrics' | 'live' | 'jobs'> {
  readonly store: Store;
  readonly access: AccessDesk;
  readonly snapshots: Snapshots;
  readonly hub: LiveHub;
}

/** @throws when a port cannot be had. */
export async function serveWeb(
  { config, paths, clock, log }: Pick<Surroundings, 'config' | 'paths' | 'clock' | 'log'>,
  { store, access, health, metrics, live, snapshots, hub, jobs }: WebParts,
): Promise<{ close(): Promise<void> }> {
  const web = await createWebApi({
    services: {
      store,
      clock,
      log,
      health,
      metrics,
      live,
      snapshots,
      jobs,
      access,
      sessions: access.sessions,
    },
    cabinet: existsSync(CABINET) ? CABINET : null,
  });
  const sip = sipWebSocketDoor({ socket: paths.sockets.webSocket, log });
  web.upgrades.set('/sip', sip.take);
  const { sessions } = access;
  const pages = liveDoor({ hub, sessions, clock, doubts: listener => sessions.listen(listener) });
  web.upgrades.set('/api/live', pages.take);
  const http = await listenHttp(web, { host: config.httpHost ?? '0.0.0.0', port: config.httpPort });
  const https = await serveHttps(web, { config, clock, log });
  return {
    async close() {
      sip.close();
      pages.close();
      await http.close();
      await https.close();
      await web.close();
    },
  };
}
