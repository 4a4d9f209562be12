/** Runs one program of the product in the foreground; signals and the exit code pass through. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies, root, runtime } from './bootstrap.mjs';

/** @param {readonly string[]} args of the command line `kommutator`. */
export function kommutator(args) {
  ensureDependencies();
  const main = join(root, 'apps', 'exchange', 'src', 'main.ts');
  const child = spawn(runtime(), [main, ...args], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to the whole group, so the child has it already; it takes a repeated signal calmly.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
