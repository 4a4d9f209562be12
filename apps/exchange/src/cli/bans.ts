import { connect } from 'node:net';
import { Channel } from '../ipc/index.ts';
import type { FromSignalling, ToSignalling } from '../ipc/signalling-words.ts';
import { socketLine } from '../ipc/socket.ts';
import { type Command, type CommandContext, parseArguments, Refusal, UsageError } from './command.ts';

type Signalling = Channel<ToSignalling, FromSignalling>;

/** Asks the signalling of the running exchange. @throws Refusal when none runs, or it does not answer. */
async function ask<T>(
  { paths, clock }: CommandContext,
  question: (signalling: Signalling) => Promise<{ readonly ok: boolean; readonly value?: T }>,
): Promise<T> {
  const signalling = await new Promise<Signalling | null>(resolve => {
    const channel: Signalling = new Channel<ToSignalling, FromSignalling>({
      line: socketLine(connect(paths.sockets.signalling)),
      clock,
      role: 'command',
      meet: () => {
        resolve(channel);
        return {};
      },
      closed: () => resolve(null),
    });
  });
  if (!signalling) throw new Refusal(`No exchange runs on ${paths.data}.`);
  const answer = await question(signalling);
  signalling.close();
  if (!answer.ok) throw new Refusal('The running exchange did not answer.');
  return answer.value as T;
}

const MINUTE = 60_000;

/** Who is not listened to. */
export const bans: Command = {
  usage: 'bans',
  summary: 'addresses that are banned, why, and for how long',
  async run(args, context) {
    if (args.length > 0) throw new UsageError('bans takes no arguments; see bans lift');
    const list = await ask(context, signalling => signalling.request('bans', null));
    if (list.length === 0) context.say('Nobody is banned.');
    for (const { source, why, left } of list)
      context.say(`${source}  ${why}, ${Math.ceil(left / MINUTE)} min left`);
    return 0;
  },
};

/** Listens to an address again. */
export const liftBan: Command = {
  usage: 'bans lift <address>',
  summary: 'listen to a banned address again',
  async run(args, context) {
    const [address, ...rest] = parseArguments(args).positional;
    if (address === undefined || rest.length > 0) throw new UsageError('which address? See kommutator bans');
    const lifted = await ask(context, signalling => signalling.request('liftBan', address));
    if (!lifted) throw new Refusal(`${address} is not banned.`);
    context.say(`${address} is heard again.`);
    return 0;
  },
};
