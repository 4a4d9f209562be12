/** The programs real calls are tested with. Installed through apt where we may, named where not. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PACKAGES = [
  { name: 'sip-tester', program: 'sipp' },
  { name: 'baresip-core', program: 'baresip' },
  { name: 'openssl', program: 'openssl' },
  { name: 'chromium', program: 'chromium' },
  { name: 'libsrtp2-1', library: 'libsrtp2.so.1' },
];

/** @param {string} program */
function found(program) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Libraries are loaded by name: what the loader's list holds is there.
 * @param {string} library
 */
function loadable(library) {
  const list = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return list.status === 0 && list.stdout.includes(library);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
const succeeds = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** @returns what is still missing, as a sentence; '' when everything is there. */
export function ensureSystemPackages() {
  const missing = PACKAGES.filter(({ program, library }) =>
    library ? !loadable(library) : !found(program ?? ''),
  ).map(({ name }) => name);
  if (missing.length === 0) return '';
  const ask = `Install the packages ${missing.join(' and ')}, on Debian: sudo apt-get install ${missing.join(' ')}`;
  if (!found('apt-get')) return ask;
  const before = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (before.length > 0 && !succeeds('sudo', ['-n', 'true'])) return ask;
  console.error(`Installing ${missing.join(', ')} …`);
  const quietly = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-y'];
  /** @param {readonly string[]} args */
  const apt = args => {
    const [command = 'env', ...rest] = [...before, 'env', ...quietly, ...args];
    return spawnSync(command, rest, { stdio: ['ignore', 2, 2] }).status === 0;
  };
  const install = () => apt(['install', '--no-install-recommends', ...missing]);
  const done = install() || (apt(['update']) && install());
  return done ? '' : ask;
}
