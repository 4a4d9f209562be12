import { randomInt } from 'node:crypto';
import { SecretBox } from '@kommutator/base';
import { renderRefusal } from '@kommutator/model/refusals';
import { systemActor } from '@kommutator/store';
import { Hashing, setPassword } from '@kommutator/use-cases';
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

/** Gives a user a new password for his cabinet and his phones; whoever is signed in as him is out. */
export const resetPassword: Command = {
  usage: 'user reset-password <login>[@<domain>] [--password <new>]',
  summary: 'set the password of a user for cabinet and phones; a random one when none is given',
  async run(args, context) {
    const { positional, options } = parseArguments(args, ['password']);
    const [login, name = '', ...rest] = (positional[0] ?? '').split('@');
    if (!login || rest.length > 0 || positional.length !== 1)
      throw new UsageError(
        'whose? Give <login>@<domain>; without a domain it is a pool’s administrator or the provider’s',
      );
    const password = options.password ?? randomPassword();
    if (password.length < SHORTEST) throw new UsageError(`a password has at least ${SHORTEST} characters`);
    const { config, paths } = context;
    const hash = await new Hashing().hash(password);
    const box = new SecretBox(masterKeys(config, paths));
    await withStore(context, async store => {
      const account = await store.access.findAccount(name, login);
      if (!account) throw new Refusal(`There is no ${login}${name === '' ? '' : ` in ${name}`}.`);
      const actor = systemActor('kommutator user reset-password');
      const done = await setPassword(store, box, account.person, { password, hash, except: null }, actor);
      if (!done.ok) throw new Refusal(`The password was not changed: ${renderRefusal(done.error, 'en')}.`);
    });
    context.say(`New password of ${positional[0]}: ${password}`);
    return 0;
  },
};
