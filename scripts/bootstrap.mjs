/** Makes sure the locked dependencies and a Node that can run the product are there. Runs on any Node ≥ 20.19. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NEEDED = 24;

/**
 * Ends the program with what is wrong and what to do.
 * @param {string} message
 * @returns {never}
 */
export function giveUp(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}

/** `npm ci`: exactly what the lock file says, by the npm that runs us where there is one. Shown only when it fails. */
function installLocked() {
  const own = process.env.npm_execpath;
  /** @type {[string, string[]]} */
  const [command, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const flags = ['--include=dev', '--include=optional', '--ignore-scripts', '--loglevel=error'];
  const done = spawnSync(command, [...first, 'ci', ...flags], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.error) giveUp(`npm cannot be started (${done.error.message}). Install npm 10 or newer.`);
  if (done.status !== 0)
    giveUp(`${done.stdout}${done.stderr}\nDependencies could not be installed, see above.`);
}

/** Installs what package-lock.json names unless exactly that is installed already. */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.kommutator-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === lock) return;
  console.error('Installing dependencies …');
  installLocked();
  fillCompileCache();
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

/**
 * What every process of ours is started with: the same Node first in the path, and the cache of stripped and compiled
 * modules, without which each process carries the TypeScript stripper and starts half a second later.
 */
export function environment() {
  return {
    ...process.env,
    PATH: [dirname(runtime()), process.env.PATH].join(delimiter),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'compile'),
  };
}

/** Strips and compiles the product once, so that the first start is as light as those after it. No harm where it fails. */
function fillCompileCache() {
  spawnSync(runtime(), [join(root, 'scripts', 'fill-compile-cache.mjs')], {
    stdio: 'ignore',
    env: environment(),
  });
}
