/** Runs the command line of the product in the foreground; signals and the exit code pass through. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies, environment, root, runtime } from './bootstrap.mjs';

/**
 * In this process where it is the right Node (npm finds the one that came along, once it is there), else in a child.
 * @param {readonly string[]} args of the command line `kommutator`.
 */
export async function kommutator(args) {
  await ensureDependencies();
  const env = environment();
  const node = runtime();
  if (node !== process.execPath) return inChild(node, args, env);
  Object.assign(process.env, env);
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(env.NODE_COMPILE_CACHE);
  const { runCommand } = await import('../apps/exchange/src/cli/commands.ts');
  process.exitCode = await runCommand(args);
}

/**
 * @param {string} node
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function inChild(node, args, env) {
  const main = join(root, 'apps', 'exchange', 'src', 'main.ts');
  const child = spawn(node, [main, ...args], { stdio: 'inherit', env });
  // The terminal sends Ctrl-C to the whole group, so the child has it already; it takes a repeated signal calmly.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
