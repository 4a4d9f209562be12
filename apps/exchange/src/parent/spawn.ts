import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Role } from '../config/index.ts';
import type { ChildWord } from '../process/lifecycle.ts';
import type { ChildHandle } from './child.ts';

const MAIN: Readonly<Record<Role, URL>> = {
  signalling: new URL('../signalling/main.ts', import.meta.url),
  media: new URL('../media/main.ts', import.meta.url),
  office: new URL('../office/main.ts', import.meta.url),
};

/**
 * Starts a role with the Node we run on. It gets a session of its own, so that Ctrl-C in the terminal reaches the
 * parent alone; it ends itself when the parent is gone.
 */
export function spawnRole(role: Role, env: Readonly<Record<string, string>>): ChildHandle {
  const child = fork(fileURLToPath(MAIN[role]), {
    env: { ...process.env, ...env },
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const handle: ChildHandle = {
    get pid() {
      return child.pid;
    },
    send: word => {
      if (child.connected) child.send(word, () => {});
    },
    kill: signal => void child.kill(signal),
    onWord: () => {},
    onExit: () => {},
  };
  let over = false;
  const end = (how: string) => {
    if (over) return;
    over = true;
    handle.onExit(how);
  };
  child.on('message', word => handle.onWord(word as ChildWord));
  child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  child.on('error', error => {
    if (child.pid === undefined) end(error.message);
  });
  return handle;
}
