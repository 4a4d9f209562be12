import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../../packages/media/bench/browser-calls.ts', import.meta.url));

/**
 * Handshakes and relayed SRTP of one media thread without an exchange around it: what is measured is the thread's CPU.
 * @returns rows of Markdown.
 */
export async function measureBrowserCalls(calls: number, seconds: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, String(calls), String(seconds)]);
  return stdout;
}
