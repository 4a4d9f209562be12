/** Folders that are made beside their final place and renamed when they are complete. */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Lets `fill` make a folder that appears at `final` complete or not at all. What a killed process left of an earlier
 * attempt is removed; of two processes that do it at once the first wins.
 * @param complete whether `final` is there, asked when it cannot be put there.
 * @throws what `fill` throws; nothing is left then.
 */
export async function madeBeside(
  final: string,
  fill: (fresh: string) => Promise<void>,
  complete: () => boolean,
): Promise<void> {
  await removeLeftovers(final);
  const fresh = `${final}${INFIX}${markOf(process.pid)}`;
  try {
    await mkdir(fresh, { mode: 0o700 });
    await fill(fresh);
    await rename(fresh, final);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!complete()) throw error;
  }
}

const INFIX = '.new-';

async function removeLeftovers(final: string): Promise<void> {
  const parent = dirname(final);
  const prefix = `${basename(final)}${INFIX}`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const mark = name.slice(prefix.length);
    const pid = Number.parseInt(mark, 10);
    if (pid === process.pid || mark !== markOf(pid))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** A pid comes back, in a container at every start; a pid with its start time (ticks since boot) does not. */
function markOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid}-${startTime}`;
  } catch {
    return `${pid}-gone`;
  }
}
