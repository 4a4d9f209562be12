/** `npm test`: every check of the house, one after the other. Runs all, fails if one failed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, environment, root, runtime } from './bootstrap.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { closingLine, countOf } from './test-count.mjs';

/** @typedef {import('./test-count.mjs').Outcome} Outcome */

await ensureDependencies();
const RESULTS = join(root, 'test-results');
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });

/**
 * A program of Node, its output shown.
 * @param {string} script
 * @param {...string} args
 */
const run = (script, ...args) => {
  const how = /** @type {const} */ ({ cwd: root, stdio: 'inherit', env: environment() });
  return spawnSync(runtime(), [join(root, script), ...args], how).status === 0;
};

/** @type {(script: string, ...args: string[]) => () => Outcome} */
const check =
  (script, ...args) =>
  () => ({ well: run(script, ...args) });

/** @type {(project: string) => () => Outcome} */
const tests = project => () => {
  const file = join(RESULTS, `${project}.json`);
  const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const well = run('node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reports);
  return { well, count: countOf(file) };
};

/** @returns {Outcome} */
const systemPackages = () => {
  const missing = ensureSystemPackages();
  if (missing) console.error(missing);
  return { well: missing === '' };
};

const FLOORS = ['--config', '.dependency-cruiser.cjs', 'apps', 'packages', 'e2e', 'bench'];

/** @type {Readonly<Record<string, () => Outcome>>} */
const STAGES = {
  'system packages': systemPackages,
  lint: check('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  types: check('node_modules/tsgo7/lib/tsc.js', '-p', 'tsconfig.json'),
  'cabinet types': check('node_modules/tsgo7/lib/tsc.js', '-p', 'apps/cabinet/tsconfig.json'),
  floors: check('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ...FLOORS),
  unused: check('node_modules/knip/bin/knip.js'),
  features: check('scripts/features.mjs', '--check'),
  'api client': check('scripts/api-client.mjs', '--check'),
  cabinet: check('scripts/cabinet.mjs', '--check'),
  unit: tests('unit'),
  database: tests('database'),
  e2e: tests('e2e'),
};

const only = process.argv.slice(2);
const outcomes = Object.entries(STAGES)
  .filter(([name]) => only.length === 0 || only.includes(name))
  .map(([name, stage]) => {
    console.error(`\n── ${name}`);
    const began = Date.now();
    const outcome = stage();
    return { ...outcome, name, seconds: Math.round((Date.now() - began) / 1000) };
  });

const failed = outcomes.filter(({ well }) => !well).map(({ name }) => name);
console.error(
  `\n${outcomes.map(({ well, name, seconds }) => `${well ? '✓' : '✗'} ${name} ${seconds} s`).join(' · ')}`,
);
console.error(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
writeFileSync(join(RESULTS, 'summary.txt'), `${closingLine(outcomes)}\n`);
process.exit(failed.length === 0 ? 0 : 1);
