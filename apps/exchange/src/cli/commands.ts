import { SystemClock } from '@kommutator/base';
import { loadConfig } from '../config/index.ts';
import { pathsOf } from '../files/paths.ts';
import { calls } from './calls.ts';
import { checkRoute } from './check-route.ts';
import { type Command, Refusal, UsageError } from './command.ts';
import { config } from './config.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { drain } from './drain.ts';
import { migrate } from './migrate.ts';
import { resetPassword } from './reset-password.ts';
import { start } from './start.ts';
import { trace } from './trace.ts';

/** By the words they are called with. */
const COMMANDS: Readonly<Record<string, Command>> = {
  start,
  drain,
  migrate,
  config,
  doctor,
  demo,
  'user reset-password': resetPassword,
  calls,
  trace,
  'check-route': checkRoute,
};

const say = (line: string): void => console.log(line);

function help(): void {
  say('Usage: kommutator <command>\n');
  for (const { usage, summary } of Object.values(COMMANDS)) say(`  ${usage.padEnd(66)} ${summary}`);
}

/** Runs one command of the command line. @returns the exit code: 0 well, 1 not, 2 wrong use. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [first = 'help', second = ''] = args;
  const two = COMMANDS[`${first} ${second}`];
  const command = two ?? COMMANDS[first];
  if (!command) {
    help();
    return ['help', '--help', '-h'].includes(first) ? 0 : 2;
  }
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
