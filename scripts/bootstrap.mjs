/** Makes sure the locked dependencies and a Node that can run the product are there. Runs on any Node ≥ 20.19. */
import { spawn, spawnSync } from 'node:child_process';
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

/**
 * `npm ci`: exactly what the lock file says, by the npm that runs us on the Node that runs it. Its output is shown only
 * when it fails. Ctrl-C reaches it through the terminal; we wait until it has ended, or a second start would meet it.
 */
async function installLocked() {
  const { npm_execpath: own, npm_node_execpath: node } = process.env;
  /** @type {[string, string[]]} */
  const [command, first] = own?.endsWith('.js') && node ? [node, [own]] : ['npm', []];
  const flags = ['--include=dev', '--include=optional', '--ignore-scripts', '--loglevel=error'];
  const child = spawn(command, [...first, 'ci', ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (output += piece));
  let interrupted = false;
  const onSignal = () => {
    interrupted = true;
  };
  process.on('SIGINT', onSignal);
  const status = await new Promise(resolve => {
    child.on('error', error => giveUp(`npm cannot be started (${error.message}). Install npm 10 or newer.`));
    child.on('close', resolve);
  });
  process.off('SIGINT', onSignal);
  if (interrupted) process.exit(130);
  if (status !== 0) giveUp(`${output}\nDependencies could not be installed, see above.`);
}

/** Installs what package-lock.json names unless exactly that is installed already. */
export async function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.kommutator-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === lock) return;
  console.error('Installing dependencies …');
  await installLocked();
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
