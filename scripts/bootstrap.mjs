/** Makes sure the locked dependencies and a Node that can run the product are there. Runs on any Node ≥ 20.19. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NEEDED = 24;

/** Ends the program with what is wrong and what to do. */
export function giveUp(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}

const FLAGS = [
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** Runs npm, the one that runs us where there is one. Its output is shown unless the caller wants to look at it first. */
function npm(args) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const done = spawnSync(command, [...first, ...args, ...FLAGS], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.error) giveUp(`npm cannot be started (${done.error.message}). Install npm 10 or newer.`);
  return { well: done.status === 0, output: `${done.stdout}${done.stderr}` };
}

/**
 * Exactly what the lock file says. npm ci refuses a lock file without the packages of platforms that the registry it was
 * made from did not have; npm install takes every version it names all the same and leaves the file alone.
 */
function installLocked() {
  const strict = npm(['ci']);
  if (strict.well || !strict.output.includes('EUSAGE')) return strict;
  return npm(['install', '--no-save']);
}

/** Installs what package-lock.json names unless exactly that is installed already. */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.kommutator-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === lock) return;
  console.error('Installing dependencies …');
  const done = installLocked();
  if (!done.well) giveUp(`${done.output}\nDependencies could not be installed, see above.`);
  writeFileSync(stamp, `${lock}\n`);
}

/** The Node the product runs on: our own where it is new enough, else the one that npm brought. */
export function runtime() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED) return process.execPath;
  const brought = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(brought)) return brought;
  return giveUp(
    `Kommutator runs on Node ${NEEDED} or newer; this is ${process.version}, and no Node ${NEEDED} for ` +
      `${process.platform}-${process.arch} came with the dependencies.\nInstall Node ${NEEDED} from https://nodejs.org, ` +
      'or remove node_modules and start again without --omit=optional.',
  );
}
