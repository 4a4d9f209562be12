import { err, ok, type Result } from '@kommutator/base';

/** Messages a second, and at once after a pause. */
interface RateSetting {
  readonly rate: number;
  readonly burst: number;
}

export type RateSettings<Kind extends string> = Readonly<Record<Kind, RateSetting>> | null;

/** Kinds of messages that are limited apart. */
const RATE_KINDS = ['register', 'invite', 'options', 'subscribe', 'other', 'response', 'connection'] as const;
export type RateKind = (typeof RATE_KINDS)[number];

const isKind = (text: string): text is RateKind => RATE_KINDS.some(kind => kind === text);
const ENTRY = /^([a-z]+)=(\d{1,6})\/(\d{1,7})$/;

/** `register=50/2000,invite=20/200`: a second and at once; what is left out is as `usual` says. `off` = no limits. */
export const rates =
  (usual: string) =>
  (value: string): Result<RateSettings<RateKind>, string> => {
    if (value === 'off') return ok(null);
    const read: Partial<Record<RateKind, RateSetting>> = {};
    for (const entry of [...usual.split(','), ...value.split(',')].map(part => part.trim())) {
      const [, kind = '', rate, burst] = ENTRY.exec(entry) ?? [];
      if (!isKind(kind) || Number(rate) < 1 || Number(burst) < 1)
        return err(`must be off, or entries such as register=50/2000 for ${RATE_KINDS.join(', ')}`);
      read[kind] = { rate: Number(rate), burst: Number(burst) };
    }
    return ok(read as Readonly<Record<RateKind, RateSetting>>);
  };

export interface BanSetting {
  readonly failures: number;
  readonly withinMinutes: number;
  readonly minutes: number;
}

/** `30/10/60`: failures, within minutes, banned for minutes; `off` reads as null. */
export function ban(value: string): Result<BanSetting | null, string> {
  if (value === 'off') return ok(null);
  const [, failures, within, minutes] = /^(\d{1,6})\/(\d{1,5})\/(\d{1,5})$/.exec(value) ?? [];
  const read = { failures: Number(failures), withinMinutes: Number(within), minutes: Number(minutes) };
  return Object.values(read).every(number => number >= 1)
    ? ok(read)
    : err('must be off, or failures/minutes/minutes banned, for example 30/10/60');
}
