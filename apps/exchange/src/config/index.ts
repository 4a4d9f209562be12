import { err, ok, type Result } from '@kommutator/base';
import type { Variable } from './variable.ts';
import { VARIABLES } from './variables.ts';

export type { Role } from './variables.ts';

type Table = typeof VARIABLES;
type ValueOf<V> = V extends Variable<infer T> ? T : never;

/** The settings of this start: every variable of DESIGN §4, checked and typed. */
export type Config = { readonly [K in keyof Table]: ValueOf<Table[K]> };

/** What stands in the environment; an absent variable and an empty one are the same. */
export type Environment = Readonly<Record<string, string | undefined>>;

const textOf = (env: Environment, variable: Variable<unknown>): string => {
  const given = env[variable.name]?.trim();
  return given === undefined || given === '' ? variable.fallback : given;
};

/**
 * Reads all settings at once, so that every mistake is reported in one go.
 * @returns the settings, or one line per mistake in plain words, naming the variable.
 */
export function loadConfig(env: Environment): Result<Config, readonly string[]> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, variable] of Object.entries<Variable<unknown>>(VARIABLES)) {
    const read = variable.read(textOf(env, variable));
    if (read.ok) values[key] = read.value;
    else
      faults.push(
        `${variable.name} ${read.error}${variable.secret ? '' : `, not «${textOf(env, variable)}»`}`,
      );
  }
  if ((values.tlsCert === null) !== (values.tlsKey === null))
    faults.push('TLS_CERT and TLS_KEY must be set together');
  return faults.length > 0 ? err(faults) : ok(values as unknown as Config);
}

export interface ConfigLine {
  readonly name: string;
  readonly value: string;
  readonly fallback: string;
  readonly meaning: string;
  readonly set: boolean;
}

/** What `kommutator config` shows: every variable with its value, default and meaning; secrets are not shown. */
export function describeConfig(env: Environment): readonly ConfigLine[] {
  return Object.values<Variable<unknown>>(VARIABLES).map(variable => {
    const value = textOf(env, variable);
    return {
      name: variable.name,
      value: variable.secret && value !== '' ? '(hidden)' : value,
      fallback: variable.fallback,
      meaning: variable.meaning,
      set: (env[variable.name]?.trim() ?? '') !== '',
    };
  });
}

/** The environment a child process gets so that it reads the same settings from any working folder. */
export function configEnvironment(env: Environment, config: Config): Record<string, string> {
  const own = Object.values<Variable<unknown>>(VARIABLES).map(v => [v.name, textOf(env, v)] as const);
  return { ...Object.fromEntries(own), DATA_DIR: config.dataDir };
}
