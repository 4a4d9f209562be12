import type { Clock } from '@kommutator/base';
import type { Config } from '../config/index.ts';
import type { Paths } from '../files/paths.ts';

/** What every command gets. */
export interface CommandContext {
  readonly config: Config;
  readonly paths: Paths;
  readonly clock: Clock;
  /** One line to the user. */
  readonly say: (line: string) => void;
}

export interface Command {
  /** As it is typed, e.g. `check-route <from> <to>`. */
  readonly usage: string;
  readonly summary: string;
  /** @returns the exit code. */
  readonly run: (args: readonly string[], context: CommandContext) => Promise<number>;
}

/** Wrong use of a command: shown with its usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something the user has to know and can act on: shown without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Positional arguments and `--name value` options. @throws UsageError on an option that is not in `allowed`. */
export function parseArguments(
  args: readonly string[],
  allowed: readonly string[] = [],
): { readonly positional: readonly string[]; readonly options: Readonly<Record<string, string>> } {
  const positional: string[] = [];
  const options: Record<string, string> = {};
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('--')) {
      positional.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const name = arg.slice(2, equals < 0 ? undefined : equals);
    const given = equals < 0 ? undefined : arg.slice(equals + 1);
    if (!allowed.includes(name)) throw new UsageError(`unknown option --${name}`);
    const value = given ?? args[++at];
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    options[name] = value;
  }
  return { positional, options };
}
