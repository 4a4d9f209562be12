import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where everything stands under DATA_DIR. */
export interface Paths {
  readonly data: string;
  readonly journal: string;
  /** Journal segments whose calls are all in the history; kept for `trace` and `calls` while there is room. */
  readonly journalDone: string;
  readonly warm: string;
  readonly registrations: string;
  readonly trace: string;
  /** Files of exports, by job. */
  readonly exports: string;
  readonly masterKey: string;
  readonly sockets: {
    readonly control: string;
    readonly signalling: string;
    readonly media: string;
    /** Where the office hands WebSockets over to signalling. */
    readonly webSocket: string;
  };
}

/** A Unix socket's path holds 107 bytes (unix(7)); a longer DATA_DIR gets its sockets in the temporary folder. */
const LONGEST_SOCKET = 107;

function socketFolder(data: string): string {
  const own = join(data, 'run');
  if (Buffer.byteLength(join(own, 'signalling.sock')) <= LONGEST_SOCKET) return own;
  const name = createHash('sha256').update(data).digest('hex').slice(0, 16);
  return join(tmpdir(), `kommutator-${name}`);
}

/** @param data absolute path of DATA_DIR. */
export function pathsOf(data: string): Paths {
  const run = socketFolder(data);
  const journal = join(data, 'journal');
  return {
    data,
    journal,
    journalDone: join(journal, 'done'),
    warm: join(data, 'warm'),
    registrations: join(data, 'registrations'),
    trace: join(data, 'trace'),
    exports: join(data, 'exports'),
    masterKey: join(data, 'master.key'),
    sockets: {
      control: join(run, 'control.sock'),
      signalling: join(run, 'signalling.sock'),
      media: join(run, 'media.sock'),
      webSocket: join(run, 'websocket.sock'),
    },
  };
}

const OURS_ALONE = 0o700;

/**
 * Makes the folders; what stands in them is for our user alone, also where they were made with other rights before.
 * @throws Error when the folder of the sockets is somebody else's: in the temporary folder anybody could have made one of
 *   that name, and would then be taken for a process of ours.
 */
export function makeFolders(paths: Paths): void {
  mkdirSync(paths.data, { recursive: true });
  const sockets = dirname(paths.sockets.control);
  for (const folder of [
    paths.journal,
    paths.journalDone,
    paths.warm,
    paths.registrations,
    paths.trace,
    paths.exports,
    sockets,
  ]) {
    mkdirSync(folder, { recursive: true, mode: OURS_ALONE });
    const { uid, mode } = lstatSync(folder);
    const inside = dirname(folder) === paths.data;
    if (folder === sockets && !inside && uid !== process.geteuid?.())
      throw new Error(`${folder} belongs to another user: remove it, or choose a shorter DATA_DIR`);
    if ((mode & 0o777) !== OURS_ALONE) chmodSync(folder, OURS_ALONE);
  }
}
