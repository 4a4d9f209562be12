/** `npm test`: every check of the house, one after the other. Runs all, fails if one failed. */
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { ensureDependencies, root, runtime } from './bootstrap.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

ensureDependencies();
const node = runtime();
/** Programs started by the tests find the same Node first. */
const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };

const run =
  (script, ...args) =>
  () =>
    spawnSync(node, [join(root, script), ...args], { cwd: root, stdio: 'inherit', env }).status === 0;
const vitest = project =>
  run('node_modules/vitest/vitest.mjs', 'run', '--project', project, '--passWithNoTests');

const stages = [
  [
    'system packages',
    () => {
      const missing = ensureSystemPackages();
      if (missing) console.error(missing);
      return missing === '';
    },
  ],
  ['lint', run('node_modules/@biomejs/biome/bin/biome', 'check', '.')],
  ['types', run('node_modules/tsgo7/lib/tsc.js', '-p', 'tsconfig.json')],
  [
    'floors',
    run(
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'packages',
      'e2e',
      'bench',
    ),
  ],
  ['unused', run('node_modules/knip/bin/knip.js')],
  ['features', run('scripts/features.mjs', '--check')],
  ['unit', vitest('unit')],
  ['database', vitest('database')],
  ['e2e', vitest('e2e')],
];

const only = process.argv.slice(2);
const results = stages
  .filter(([name]) => only.length === 0 || only.includes(name))
  .map(([name, stage]) => {
    console.error(`\n── ${name}`);
    const began = Date.now();
    const passed = stage();
    return { name, passed, seconds: Math.round((Date.now() - began) / 1000) };
  });
const failed = results.filter(({ passed }) => !passed);
const line = results
  .map(({ name, passed, seconds }) => `${passed ? '✓' : '✗'} ${name} ${seconds} s`)
  .join(' · ');
console.error(`\n${line}`);
console.error(
  failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.map(({ name }) => name).join(', ')}.`,
);
process.exit(failed.length === 0 ? 0 : 1);
