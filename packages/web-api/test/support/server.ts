import type { Ms } from '@kommutator/base';
import { VirtualClock } from '@kommutator/base';
import { type Store, silentLog } from '@kommutator/store';
import { type AccessDesk, LiveState, Snapshots } from '@kommutator/use-cases';
import { createWebApi, listenHttp, type Services, type WebApi } from '../../src/index.ts';

/** Without a database: whoever asks for one finds it away. */
export const services = (given: Partial<Services> = {}): Services => ({
  store: {} as Store,
  clock: new VirtualClock(),
  log: silentLog,
  sessions: { find: async () => null },
  access: {} as AccessDesk,
  snapshots: new Snapshots(given.store ?? ({} as Store)),
  live: new LiveState(() => {}),
  jobs: { wake() {}, fileOf: id => id, drop() {} },
  health: () => ({ status: 'ok' }),
  metrics: async () => ({ type: 'text/plain', text: 'up 1\n' }),
  ...given,
});

export interface Served {
  readonly web: WebApi;
  readonly port: number;
  close(): Promise<void>;
}

/** A web API on a port of this machine. */
export async function serve(
  given: Partial<Services> = {},
  { patience, cabinet = null }: { readonly patience?: Ms; readonly cabinet?: string | null } = {},
): Promise<Served> {
  const web = await createWebApi({ services: services(given), cabinet });
  const listening = await listenHttp(web, {
    host: '127.0.0.1',
    port: 0,
    ...(patience === undefined ? {} : { patience }),
  });
  return {
    web,
    port: listening.port,
    async close() {
      await listening.close();
      await web.close();
    },
  };
}
