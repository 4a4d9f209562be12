import { randomInt } from 'node:crypto';
import { SecretBox } from '@kommutator/base';
import { setSipPassword, systemActor } from '@kommutator/store';
import { masterKeys } from '../process/secrets.ts';
import { type Command, parseArguments, Refusal, UsageError } from './command.ts';
import { withStore } from './with-store.ts';

/** No look-alikes: it may be read over the telephone. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 14;
/** USR-13: at least this long. */
const SHORTEST = 8;

const randomPassword = (): string =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** Gives a user a new password for his phones. */
export const resetPassword: Command = {
  usage: 'user reset-password <login>@<domain> [--password <new>]',
  summary: 'set the SIP password of a user; a random one when none is given',
  async run(args, context) {
    const { positional, options } = parseArguments(args, ['password']);
    const [login, name, ...rest] = (positional[0] ?? '').split('@');
    if (!login || !name || rest.length > 0 || positional.length !== 1)
      throw new UsageError('which user? Give <login>@<domain>');
    const password = options.password ?? randomPassword();
    if (password.length < SHORTEST) throw new UsageError(`a password has at least ${SHORTEST} characters`);
    const { config, paths } = context;
    await withStore(context, async store => {
      const directory = await store.loadDirectory();
      const domain = directory.domains.find(each => each.name === name.toLowerCase());
      if (!domain) throw new Refusal(`There is no domain ${name}.`);
      const user = (await store.loadDomain(domain.id))?.users.find(each => each.login === login);
      if (!user) throw new Refusal(`There is no user ${login} in ${name}.`);
      const before = directory.credentials.find(each => each.user === user.id && each.kind === 'password');
      const box = new SecretBox(masterKeys(config, paths));
      const privateOnly = before?.privateOnly ?? false;
      const done = await store.inDomain(systemActor('kommutator user reset-password'), domain.id, tx =>
        setSipPassword(tx, box, user.id, { password, privateOnly }),
      );
      if (!done.ok) throw new Refusal(`The password was not changed: ${done.error.code}.`);
    });
    context.say(`New password of ${login}@${name}: ${password}`);
    return 0;
  },
};
