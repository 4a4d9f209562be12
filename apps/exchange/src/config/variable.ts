import { err, ok, type Result } from '@kommutator/base';

/** One environment variable: how it is read, what it is when absent, what it means. */
export interface Variable<T> {
  readonly name: string;
  /** As it would be written in the environment; '' = not set. */
  readonly fallback: string;
  readonly meaning: string;
  /** Hidden by `kommutator config`. */
  readonly secret?: boolean;
  /** @returns the value, or what is wrong with it, in plain words. */
  readonly read: (text: string) => Result<T, string>;
}

/** A whole number from..to. */
export const whole =
  (from: number, to: number) =>
  (text: string): Result<number, string> => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= from && value <= to ? ok(value) : err(`must be a whole number from ${from} to ${to}`);
  };

/** A TCP or UDP port; 0 lets the system choose one. */
export const port = whole(0, 65_535);

/** Any text; '' reads as null. */
export const text = (value: string): Result<string | null, string> => ok(value === '' ? null : value);

export const oneOf =
  <const T extends string>(...allowed: readonly T[]) =>
  (value: string): Result<T, string> => {
    const found = allowed.find(each => each === value);
    return found === undefined ? err(`must be one of ${allowed.join(', ')}`) : ok(found);
  };

/** A comma list; every item must pass `check`. '' is the empty list. */
export const list =
  (what: string, check: (item: string) => boolean) =>
  (value: string): Result<readonly string[], string> => {
    const items = value
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== '');
    const wrong = items.find(item => !check(item));
    return wrong === undefined ? ok(items) : err(`«${wrong}» is not ${what}`);
  };

/** An address with its scheme, such as postgres://…; '' reads as null. */
export const url =
  (...schemes: readonly string[]) =>
  (value: string): Result<string | null, string> => {
    if (value === '') return ok(null);
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : '';
    return schemes.includes(scheme)
      ? ok(value)
      : err(`must be an address that begins with ${schemes.map(each => `${each}://`).join(' or ')}`);
  };

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** `20000-29999`: RTP takes even ports, so at least two are needed. */
export function portRange(value: string): Result<PortRange, string> {
  const [low, high, ...rest] = value.split('-').map(part => port(part.trim()));
  if (!low?.ok || !high?.ok || rest.length > 0) return err('must be two ports such as 20000-29999');
  if (low.value < 1024) return err('must begin at 1024 or above');
  if (high.value - low.value < 1) return err('must hold at least two ports, the smaller one first');
  return ok({ from: low.value, to: high.value });
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port` or `[IPv6]:port`; '' reads as null. */
export function hostPort(value: string): Result<HostPort | null, string> {
  if (value === '') return ok(null);
  const colon = value.lastIndexOf(':');
  const host = value.slice(0, colon).replace(/^\[|\]$/g, '');
  const number = port(value.slice(colon + 1));
  return colon > 0 && host !== '' && number.ok && number.value > 0
    ? ok({ host, port: number.value })
    : err('must be host:port, for example 127.0.0.1:5070');
}
