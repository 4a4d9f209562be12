/** From what people and carriers write to E.164 digits without "+" (RTE-7.1). */
import type { E164 } from '../ids/index.ts';

export type Normalised =
  | { readonly kind: 'e164'; readonly digits: E164 }
  | { readonly kind: 'internal'; readonly digits: string }
  | { readonly kind: 'invalid' };

const INVALID: Normalised = { kind: 'invalid' };
const PLUS = 43;
const ZERO = 48;
const SEVEN = 55;
const NINE = 57;
/** E.164 allows fifteen digits; no country has a full international number shorter than eight. */
const LONGEST = 15;
const SHORTEST_WRITTEN = 8;
const SHORTEST_BARE = 11;

/** Drops spaces, hyphens, brackets and dots; a leading "+" stays. Null when anything else is there. */
function strip(text: string): string | null {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= ZERO && c <= NINE) out += text[i];
    else if (c === PLUS && out === '') out = '+';
    else if (!isSeparator(c)) return null;
  }
  return out;
}

/** A dialled string without separators; service codes (`*`, `#`) and what is no number stay as they are. */
export const stripDialled = (text: string): string => strip(text) ?? text;

/**
 * A telephone number in any Russian or international form, or an internal number (1–5 digits).
 * A number written internationally (`+`, `810`, `00`) may be as short as its country has it;
 * bare digits need eleven, because ten of them are a Russian number without its 7.
 */
export function normalise(text: string): Normalised {
  const s = strip(text);
  if (s === null || s === '' || s === '+') return INVALID;
  if (s[0] === '+') return international(s.slice(1), SHORTEST_WRITTEN);
  if (s.length <= 5) return { kind: 'internal', digits: s };
  if (s.length === 11 && (s[0] === '8' || s[0] === '7'))
    return international(`7${s.slice(1)}`, SHORTEST_BARE);
  if (s.length === 10) return '3489'.includes(s[0] as string) ? e164(`7${s}`) : INVALID;
  if (s.startsWith('810')) return international(s.slice(3), SHORTEST_WRITTEN);
  if (s.startsWith('00')) return international(s.slice(2), SHORTEST_WRITTEN);
  return international(s, SHORTEST_BARE);
}

/**
 * As {@link normalise}, for what a user dials: a local number (seven digits, or six after a four-digit code)
 * is completed by the first home code (spec 00 §3.2).
 */
export function normaliseDialled(text: string, homeCodes: readonly string[]): Normalised {
  const home = homeCodes[0];
  const s = strip(text);
  if (home !== undefined && s !== null && (s.length === 6 || s.length === 7) && s[0] !== '+') {
    return home.length + s.length === 10 ? e164(`7${home}${s}`) : INVALID;
  }
  return normalise(text);
}

/** Whether stored digits are a full international number; bare ten digits are, unlike in a text (Norway, Denmark). */
export const isE164 = (digits: string): boolean =>
  /^\d+$/.test(digits) && international(digits, SHORTEST_WRITTEN).kind === 'e164';

/** Caller's number of a call from the public network; null = hidden, empty or unreadable (RTE-7.2). */
export function callerNumber(text: string | null): E164 | null {
  if (text === null) return null;
  const number = normalise(text);
  return number.kind === 'e164' ? number.digits : null;
}

/** Checks length and country: numbers of country code 7 have exactly eleven digits, none begins with 0. */
function international(digits: string, shortest: number): Normalised {
  const first = digits.charCodeAt(0);
  if (digits.length < shortest || digits.length > LONGEST || first === ZERO) return INVALID;
  return first === SEVEN && digits.length !== 11 ? INVALID : e164(digits);
}

const e164 = (digits: string): Normalised => ({ kind: 'e164', digits: digits as E164 });

/** Space, no-break spaces, brackets, hyphens and dashes, dot. */
function isSeparator(c: number): boolean {
  return (
    c === 32 ||
    c === 40 ||
    c === 41 ||
    c === 45 ||
    c === 46 ||
    c === 0xa0 ||
    c === 0x202f ||
    (c >= 0x2010 && c <= 0x2015)
  );
}
