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

/** Installs what package-lock.json names unless exactly that is installed already. */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.kommutator-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === lock) return;
  console.error('Installing dependencies …');
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.error) giveUp(`npm cannot be started (${done.error.message}). Install npm 10 or newer.`);
  if (done.status !== 0) giveUp('Dependencies could not be installed: npm ci failed, see above.');
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
