/** The office's doors: HTTP for the cabinet and its API. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Store } from '@kommutator/store';
import { type AccessDesk, Snapshots } from '@kommutator/use-cases';
import { createWebApi, listenHttp, type Services } from '@kommutator/web-api';
import type { Surroundings } from '../process/lifecycle.ts';
import { sipWebSocketDoor } from './sip-websocket.ts';

/** What the cabinet's build leaves. */
const CABINET = fileURLToPath(new URL('../../../cabinet/dist/', import.meta.url));

export interface WebParts extends Pick<Services, 'health' | 'metrics' | 'live'> {
  readonly store: Store;
  readonly access: AccessDesk;
}

/** @throws when a port cannot be had. */
export async function serveWeb(
  { config, paths, clock, log }: Pick<Surroundings, 'config' | 'paths' | 'clock' | 'log'>,
  { store, access, health, metrics, live }: WebParts,
): Promise<{ close(): Promise<void> }> {
  const web = await createWebApi({
    services: {
      store,
      clock,
      log,
      health,
      metrics,
      live,
      snapshots: new Snapshots(store),
      access,
      sessions: access.sessions,
    },
    cabinet: existsSync(CABINET) ? CABINET : null,
  });
  const sip = sipWebSocketDoor({ socket: paths.sockets.webSocket, log });
  web.upgrades.set('/sip', sip.take);
  const http = await listenHttp(web, { host: config.httpHost ?? '0.0.0.0', port: config.httpPort });
  return {
    async close() {
      sip.close();
      await http.close();
      await web.close();
    },
  };
}
