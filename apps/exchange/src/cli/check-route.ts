import type { SecretBox } from '@kommutator/base';
import { type CheckQuestion, describe, explain } from '@kommutator/model/check';
import type { DomainSnapshot } from '@kommutator/model/config';
import { normalise } from '@kommutator/model/numbers';
import { readDirectory, readDomains } from '../files/warm-files.ts';
import { createLog } from '../process/log.ts';
import { LiveDirectory } from '../signalling/directory.ts';
import { type Command, type CommandContext, parseArguments, Refusal, UsageError } from './command.ts';
import { withStore } from './with-store.ts';

const MARKS = { yes: '✓', no: '✗', info: '·' } as const;
/** Nothing here opens a secret. */
const NO_SECRETS: Pick<SecretBox, 'open'> = {
  open: () => {
    throw new Error('no secret is needed');
  },
};

/** Configuration as the exchange has it: from warm-start files, or from the database where there are none. */
async function directoryOf(context: CommandContext): Promise<LiveDirectory> {
  const { clock, paths } = context;
  const directory = new LiveDirectory({ clock, secrets: NO_SECRETS, log: createLog('command', 'error') });
  const known = readDirectory(paths.warm);
  if (known) {
    directory.setDirectory(known);
    for (const domain of readDomains(paths.warm)) directory.setDomain(domain);
    return directory;
  }
  await withStore(context, async store => {
    const loaded = await store.loadDirectory();
    directory.setDirectory(loaded);
    for (const { id, version } of loaded.domains) {
      const snapshot = await store.loadDomain(id);
      if (snapshot) directory.setDomain({ id, version, json: Buffer.from(JSON.stringify(snapshot)) });
    }
  });
  return directory;
}

/** The domain asked for, the one whose number is called, or the only one where the caller is a user. */
function domainOf(
  directory: LiveDirectory,
  name: string | undefined,
  to: string,
  from: string,
): DomainSnapshot {
  const number = normalise(to);
  const [, realm] = from.split('@');
  const wanted = name ?? realm;
  const byName = wanted === undefined ? null : directory.domainOfRealm(wanted.toLowerCase());
  if (wanted !== undefined && byName === null) throw new Refusal(`There is no domain ${wanted}.`);
  const byNumber = number.kind === 'e164' ? directory.domainOfNumber(number.digits) : null;
  const byUser = directory.current.domains.find(({ id }) =>
    directory.snapshot(id)?.users.some(user => user.login === from || user.extension === from),
  );
  const id = byName ?? byUser?.id ?? byNumber ?? directory.current.domains[0]?.id;
  const snapshot = id === undefined ? null : directory.snapshot(id);
  if (!snapshot) throw new Refusal('There is no configuration yet: start the exchange once.');
  return snapshot;
}

function callerOf(config: DomainSnapshot, from: string): CheckQuestion['from'] {
  const login = from.split('@')[0];
  const user = config.users.find(each => each.login === login || each.extension === login);
  return user ? { kind: 'user', user } : { kind: 'pstn', number: from === 'hidden' ? null : from };
}

/** «Проверить маршрут»: what would happen to a call, and why, without making it. */
export const checkRoute: Command = {
  usage: 'check-route <from> <to> [--at <ISO time>] [--domain <name>]',
  summary: 'what would happen to a call: from a number, a login or an extension',
  async run(args, context) {
    const { positional, options } = parseArguments(args, ['at', 'domain']);
    const [from, to, ...rest] = positional;
    if (from === undefined || to === undefined || rest.length > 0)
      throw new UsageError('from and to are needed');
    const wall = options.at === undefined ? context.clock.wall() : Date.parse(options.at);
    if (Number.isNaN(wall))
      throw new UsageError(`«${options.at}» is not a time such as 2026-11-23T10:00:00+03:00`);
    const directory = await directoryOf(context);
    const config = domainOf(directory, options.domain, to, from);
    const steps = explain({ config, directory, from: callerOf(config, from), to, wall });
    for (const { depth, mark, text } of describe(steps, config.language))
      context.say(`${'  '.repeat(depth)}${MARKS[mark]} ${text}`);
    directory.close();
    return 0;
  },
};
