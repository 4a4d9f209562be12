import { SystemClock } from '@kommutator/base';
import { loadConfig } from '../config/index.ts';
import { pathsOf } from '../files/paths.ts';
import { printable } from '../process/printable.ts';
import { type Command, Refusal, UsageError } from './command.ts';

/** By the words they are called with; loaded when called, so that the exchange carries none of the others. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  drain: async () => (await import('./drain.ts')).drain,
  migrate: async () => (await import('./migrate.ts')).migrate,
  config: async () => (await import('./config.ts')).config,
  doctor: async () => (await import('./doctor.ts')).doctor,
  demo: async () => (await import('./demo.ts')).demo,
  'user reset-password': async () => (await import('./reset-password.ts')).resetPassword,
  bans: async () => (await import('./bans.ts')).bans,
  'bans lift': async () => (await import('./bans.ts')).liftBan,
  calls: async () => (await import('./calls.ts')).calls,
  trace: async () => (await import('./trace.ts')).trace,
  'check-route': async () => (await import('./check-route.ts')).checkRoute,
};

/** What a command says may come from the network: nothing of it is obeyed by the terminal but line ends of ours. */
const say = (text: string): void => console.log(text.split('\n').map(printable).join('\n'));

async function help(): Promise<void> {
  say('Usage: kommutator <command>\n');
  const commands = await Promise.all(Object.values(COMMANDS).map(load => load()));
  for (const { usage, summary } of commands) say(`  ${usage.padEnd(66)} ${summary}`);
}

/** Runs one command of the command line. @returns the exit code: 0 well, 1 not, 2 wrong use. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [first = 'help', second = ''] = args;
  const two = COMMANDS[`${first} ${second}`];
  const load = two ?? COMMANDS[first];
  if (!load) {
    await help();
    return ['help', '--help', '-h'].includes(first) ? 0 : 2;
  }
  const command = await load();
  const settings = loadConfig(process.env);
  if (!settings.ok) {
    for (const fault of settings.error) console.error(fault);
    return 2;
  }
  const { value } = settings;
  try {
    const context = { config: value, paths: pathsOf(value.dataDir), clock: new SystemClock(), say };
    return await command.run(args.slice(two ? 2 : 1), context);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\nUsage: kommutator ${command.usage}`);
      return 2;
    }
    console.error(error instanceof Refusal ? error.message : errorText(error));
    return 1;
  }
}

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
