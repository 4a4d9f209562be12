import { connect } from 'node:net';
import type { Clock } from '@kommutator/base';
import { startEmbedded } from '@kommutator/store/embedded';
import type { Log } from '@kommutator/telephony';
import type { Config } from '../config/index.ts';
import { configEnvironment } from '../config/index.ts';
import { makeFolders, type Paths } from '../files/paths.ts';
import type { FromParent, ToParent } from '../ipc/control-words.ts';
import { serveChannels } from '../ipc/index.ts';
import { masterKeys } from '../process/secrets.ts';
import { DatabaseKeeper, type OwnServer } from './database.ts';
import { House } from './house.ts';
import { spawnRole } from './spawn.ts';

export interface ParentOptions {
  readonly config: Config;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: Log;
  /** Calls can be taken for the first time. */
  readonly ready: () => void;
}

/** The product's own database, or the one it was given, which is nobody's to stop. */
const serverOf = ({ config, clock, log }: ParentOptions): (() => Promise<OwnServer>) => {
  const { databaseUrl, dataDir } = config;
  return databaseUrl === null
    ? () => startEmbedded({ dataDir, clock, log })
    : async () => ({ ownerUrl: databaseUrl, onExit: () => {}, stop: async () => {} });
};

/** Whether another instance runs on this DATA_DIR. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/**
 * Runs the whole product until it is told to stop or has drained.
 * @throws Error when it runs already on this DATA_DIR, or the folder or its key cannot be used.
 */
export async function runParent(options: ParentOptions): Promise<void> {
  const { config, paths, clock, log } = options;
  makeFolders(paths);
  if (await answers(paths.sockets.control))
    throw new Error(`another instance runs on ${paths.data}: stop it first, or set another DATA_DIR`);
  masterKeys(config, paths);
  const env = configEnvironment(process.env, config);
  const database = new DatabaseKeeper({ start: serverOf(options), clock, log });
  await new Promise<void>((resolve, reject) => {
    const house = new House({
      roles: config.roles,
      spawn: role => spawnRole(role, env),
      database,
      clock,
      log,
      ready: options.ready,
      over: () => leave(),
    });
    const control = serveChannels<FromParent, ToParent>({
      path: paths.sockets.control,
      role: 'parent',
      clock,
      accept: () => ({
        requests: {
          status: () => house.status,
          drain: () => {
            house.drain();
            return null;
          },
        },
      }),
    });
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      void house
        .stop()
        .then(() => control)
        .then(server => server.close())
        .then(resolve);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
    control.then(() => house.start(), reject);
  });
}
