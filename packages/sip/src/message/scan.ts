/** Character level of the RFC 3261 §25 grammar. Everything here is linear in its input. */

export type Params = Readonly<Record<string, string>>;

const NO_PARAMS: Params = Object.freeze({});

/** One bit per character class; index is the ASCII code. */
const TOKEN = 1;
/** What a value may be sent of without quotes: token or host. */
const PLAIN = 2;
/** What is taken without quotes: phones send addresses and Base64 there. */
const TAKEN = 4;
const classes = new Uint8Array(128);

function mark(chars: string, bit: number): void {
  for (let i = 0; i < chars.length; i++) {
    const code = chars.charCodeAt(i);
    classes[code] = (classes[code] ?? 0) | bit;
  }
}
export const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
mark(`${ALPHANUMERIC}-.!%*_+\`'~`, TOKEN | PLAIN | TAKEN);
mark('[]:', PLAIN | TAKEN);
mark('/@&=$#^?{}|()\\', TAKEN);

const has = (code: number, bit: number): boolean => code < 128 && ((classes[code] ?? 0) & bit) !== 0;

/** token of RFC 3261 §25.1; an empty range is none. */
export function isToken(text: string, from = 0, to = text.length): boolean {
  for (let i = from; i < to; i++) if (!has(text.charCodeAt(i), TOKEN)) return false;
  return to > from;
}

/** @returns the index of the first character from `at` on that is not a blank. */
export function skipBlank(text: string, at: number): number {
  for (let i = at; ; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x09) return i;
  }
}

const isUnsafe = (code: number): boolean => code === 0x0d || code === 0x0a || code === 0;

/** A value that cannot end its header line: CR, LF and NUL become spaces. */
export function clean(value: string): string {
  for (let i = 0; i < value.length; i++) {
    if (!isUnsafe(value.charCodeAt(i))) continue;
    let out = value.slice(0, i);
    for (let j = i; j < value.length; j++) out += isUnsafe(value.charCodeAt(j)) ? ' ' : value.charAt(j);
    return out;
  }
  return value;
}

/** Splits at `separator` outside quoted strings and angle brackets; parts are trimmed, empty ones left out. */
export function splitList(text: string, separator = ','): string[] {
  if (!text.includes(separator)) {
    const only = text.trim();
    return only === '' ? [] : [only];
  }
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let angle = false;
  for (let i = 0; i <= text.length; i++) {
    const c = text.charAt(i);
    if (quoted && i < text.length) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"' && !angle) quoted = true;
    else if (c === '<') angle = true;
    else if (c === '>') angle = false;
    else if (i >= text.length || (c === separator && !angle)) {
      const part = text.slice(start, i).trim();
      if (part !== '') parts.push(part);
      start = i + 1;
    }
  }
  if (start < text.length) {
    const rest = text.slice(start).trim();
    if (rest !== '') parts.push(rest);
  }
  return parts;
}

/** Non-negative decimal of at most `max`, blanks around it allowed; -1 for anything else. */
export function parseNumber(text: string, max: number): number {
  const digits = text.trim();
  let value = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > max) return -1;
  }
  return digits === '' ? -1 : value;
}

/** @returns the index behind the closing quote of the quoted string that opens at `at`; -1 when it never closes. */
export function endOfQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code === 0x5c) i++;
  }
  return -1;
}

/** Content of a quoted string given with its quotes. */
export function unquote(text: string): string {
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let out = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner.charAt(i) === '\\') i++;
    out += inner.charAt(i);
  }
  return out;
}

/** Quoted string of RFC 3261 §25.1. */
export const quote = (text: string): string =>
  `"${text.includes('"') || text.includes('\\') ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"') : text}"`;

/**
 * Header parameters `;name[=value]` from `at` to the end of the text (generic-param, RFC 3261 §25.1).
 * Names come in lower case, quoted values without their quotes; of a repeated name the first counts.
 * @returns null where the grammar is broken (`;;`, an open quote, something that is not a parameter).
 */
export function parseParams(text: string, at: number): Params | null {
  let i = skipBlank(text, at);
  if (i >= text.length) return NO_PARAMS;
  const params: Record<string, string> = {};
  while (i < text.length) {
    if (text.charCodeAt(i) !== 0x3b) return null;
    const from = skipBlank(text, i + 1);
    let to = from;
    while (has(text.charCodeAt(to), TOKEN)) to++;
    if (to === from) return null;
    const name = text.slice(from, to).toLowerCase();
    let value = '';
    i = skipBlank(text, to);
    if (text.charCodeAt(i) === 0x3d) {
      const start = skipBlank(text, i + 1);
      if (text.charCodeAt(start) === 0x22) {
        i = endOfQuoted(text, start);
        if (i < 0) return null;
        value = unquote(text.slice(start, i));
      } else {
        i = start;
        while (has(text.charCodeAt(i), TAKEN)) i++;
        if (i === start) return null;
        value = text.slice(start, i);
      }
      i = skipBlank(text, i);
    }
    if (!Object.hasOwn(params, name) && name !== '__proto__') params[name] = value;
  }
  return params;
}

/** `;name=value` of every parameter; a value that is neither token nor host is quoted. */
export function formatParams(params: Params): string {
  let out = '';
  for (const name in params) {
    const value = params[name] ?? '';
    out += value === '' ? `;${name}` : `;${name}=${isPlain(value) ? value : quote(value)}`;
  }
  return out;
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!has(text.charCodeAt(i), PLAIN)) return false;
  return true;
}
