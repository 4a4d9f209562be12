/** What the folder says of its server: `postmaster.pid`, and whether it tells the truth. */
import { readFileSync } from 'node:fs';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './failure.ts';

export type Postmaster =
  | { readonly state: 'none' }
  /** The file names a living process that is not the server of this folder. */
  | { readonly state: 'stale' }
  | {
      readonly state: 'starting' | 'ready' | 'stopping';
      readonly pid: number;
      readonly sockets: string;
    };

/** Reads `postmaster.pid` (lines: pid, folder, start, port, socket folder, address, shared memory, status). */
export async function observe(cluster: string): Promise<Postmaster> {
  const lines = await readFile(join(cluster, 'postmaster.pid'), 'utf8').then(
    text => text.split('\n'),
    () => [],
  );
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!Number.isInteger(pid) || pid <= 0 || !alive(pid)) return { state: 'none' };
  if (!(await serves(pid, cluster))) return { state: 'stale' };
  const status = lines[7]?.trim();
  return {
    state: status === 'ready' ? 'ready' : status === 'stopping' ? 'stopping' : 'starting',
    pid,
    sockets: lines[4]?.trim() ?? '',
  };
}

/** Whether a process runs, ours or not. One that ended and awaits its parent does not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') return false;
  }
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.charAt(status.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return false;
  }
}

/** A postmaster stands in its data folder; a process that merely got its old pid does not. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch {
    // Another user's process: its folder is hidden, its name is not.
    return readFile(`/proc/${pid}/comm`, 'utf8').then(
      name => name.trim() === 'postgres',
      () => false,
    );
  }
}
