/**
 * Builds the cabinet unless what it is made of has not changed since the last build. `--check` also measures what the
 * first page loads against the budgets of DESIGN §5; `--gallery <folder>` builds the page of the design language too.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ensureDependencies, environment, root, runtime } from './bootstrap.mjs';
import { overBudget, sizesOf } from './cabinet-sizes.mjs';

const CABINET = join(root, 'apps', 'cabinet');
const DIST = join(CABINET, 'dist');
const STAMP = join(DIST, '.made-of');
const MADE_OF = ['apps/cabinet/src', 'apps/cabinet/public', 'packages/model/src'];
const FILES = [
  'apps/cabinet/index.html',
  'apps/cabinet/vite.config.ts',
  'apps/cabinet/package.json',
  'package-lock.json',
  'scripts/cabinet.mjs',
];
/** Smaller files gain nothing. */
const WORTH = 1_000;

/**
 * @param {string} folder
 * @returns {readonly string[]} all files below it
 */
const filesBelow = folder =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));

/** One word for everything the build is made of. */
function contentHash() {
  const hash = createHash('sha256');
  const files = [...FILES.map(file => join(root, file)), ...MADE_OF.flatMap(f => filesBelow(join(root, f)))];
  for (const file of files.sort()) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** The server sends these beside the files to whoever takes them. */
function compress() {
  for (const file of filesBelow(DIST)) {
    if (!/\.(js|css|svg)$/.test(file)) continue;
    const content = readFileSync(file);
    if (content.length < WORTH) continue;
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    );
  }
}

/**
 * @param {...string} args of `vite build`
 * @returns {boolean} whether it went well
 */
function vite(...args) {
  const script = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  // Whoever builds (a test says NODE_ENV=test) gets React as people get it.
  const env = { ...environment(), NODE_ENV: 'production' };
  const how = /** @type {const} */ ({ cwd: CABINET, encoding: 'utf8', env });
  const { status, stdout, stderr } = spawnSync(runtime(), [script, 'build', '--logLevel=warn', ...args], how);
  if (status !== 0) console.error(`${stdout}\n${stderr}`);
  return status === 0;
}

/**
 * Makes the cabinet that the product serves, once.
 * @returns {boolean} whether there is one
 */
export function buildCabinet() {
  const made = contentHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === made) return true;
  console.error('Building the cabinet …');
  rmSync(DIST, { recursive: true, force: true });
  if (!vite()) return false;
  compress();
  writeFileSync(STAMP, made);
  return true;
}

function checkSizes() {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  const sizes = sizesOf(page, file => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length);
  const kB = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.error(
    `First page, gzipped: entry ${kB(sizes.entry)}, vendor and CSS ${kB(sizes.vendor)}, together ${kB(sizes.all)}.`,
  );
  const over = overBudget(sizes);
  for (const line of over) console.error(line);
  return over.length === 0;
}

if (process.argv[1] === import.meta.filename) {
  await ensureDependencies();
  const gallery = process.argv.indexOf('--gallery');
  const folder = gallery > 0 ? process.argv[gallery + 1] : undefined;
  const well =
    folder === undefined
      ? buildCabinet() && (!process.argv.includes('--check') || checkSizes())
      : vite('--mode', 'gallery', '--outDir', folder, '--emptyOutDir');
  process.exitCode = well ? 0 : 1;
}
