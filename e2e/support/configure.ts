import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@kommutator/base';
import {
  type DomainTx,
  openStore,
  type Store,
  silentLog,
  systemActor,
  updateDomain,
} from '@kommutator/store';
import type { RunningExchange } from './exchange.ts';
import { embeddedUrl, eventually } from './history.ts';

export type Domain = NonNullable<Awaited<ReturnType<Store['loadDomain']>>>;
export type User = Domain['users'][number];

/** The settings of one company of a running exchange, as its administrator would change them. */
export interface Administration extends AsyncDisposable {
  /** The settings as the database has them now. */
  domain(): Promise<Domain>;
  user(login: string): Promise<User>;
  /** Writes a change. @returns the version it made; the line learns of it a moment later. */
  change(work: (tx: DomainTx) => Promise<unknown>): Promise<number>;
  /** Writes a change and waits until the line has it. */
  apply(work: (tx: DomainTx) => Promise<unknown>): Promise<void>;
}

/** Opens the database of an exchange beside it. */
export async function openAdministration(
  exchange: RunningExchange,
  name = 'demo.kommutator.test',
  ownerUrl = embeddedUrl(exchange.dataDir),
): Promise<Administration> {
  const clock = new SystemClock();
  const store = openStore({
    ownerUrl,
    roleKey: null,
    clock,
    log: silentLog,
    connections: { app: 1, system: 1 },
  });
  const id = (await store.loadDirectory()).domains.find(domain => domain.name === name)?.id;
  if (!id) throw new Error(`no domain ${name}`);
  const domain = async () => {
    const snapshot = await store.loadDomain(id);
    if (!snapshot) throw new Error(`no domain ${name}`);
    return snapshot;
  };
  const change: Administration['change'] = async work => {
    const changed = await store.inDomain(systemActor('test'), id, work);
    if (!changed.ok) throw new Error(`refused: ${JSON.stringify(changed.error)}`);
    return changed.value.version;
  };
  return {
    domain,
    user: async login => {
      const user = (await domain()).users.find(one => one.login === login);
      if (!user) throw new Error(`no user ${login}`);
      return user;
    },
    change,
    apply: async work => {
      const version = await change(work);
      const file = () => warmVersion(exchange.dataDir, id);
      await eventually(clock, file, seen => seen >= version);
      // The office has told signalling by now; an answer over the same channel says that it was heard.
      await fetch(`http://127.0.0.1:${exchange.httpPort}/metrics`);
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** The demo company has twenty channels; a load wants as many as it has calls. */
export async function allowManyCalls(exchange: RunningExchange, ownerUrl?: string): Promise<void> {
  await using administration = await openAdministration(exchange, undefined, ownerUrl);
  await administration.apply(tx => updateDomain(tx, { channels: { incoming: 30_000, outgoing: 30_000 } }));
}

/** Version of a domain in the warm-start files: what the office has handed on. */
async function warmVersion(dataDir: string, id: string): Promise<number> {
  const folder = join(dataDir, 'warm');
  const file = (await readdir(folder)).find(name => name.includes(id) && name.endsWith('.json'));
  return file ? Number.parseInt(await readFile(join(folder, file), 'latin1'), 10) : -1;
}
