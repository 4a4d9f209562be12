import { isIPv6 } from 'node:net';
import { PARAM_CHARS, PASSWORD_CHARS, percentDecode, percentEncode, USER_CHARS } from './escape.ts';
import { type Params, parseNumber } from './scan.ts';
import type { SipUri } from './types.ts';

const NO_PARAMS: Params = Object.freeze({});

/**
 * Parses a `sip:`, `sips:` or `tel:` URI (RFC 3261 §19.1, RFC 3966).
 * @returns null for another scheme and for anything the grammar does not allow.
 */
export function parseUri(text: string): SipUri | null {
  const colon = text.indexOf(':');
  if (colon < 3 || colon > 4) return null;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === 'tel') return parseTel(text);
  if (scheme !== 'sip' && scheme !== 'sips') return null;

  let rest = colon + 1;
  let user = '';
  let password: string | undefined;
  // The user part may hold `;`, `?` and `/`, but `@` only escaped: the first one ends it.
  const at = text.indexOf('@', rest);
  if (at >= 0) {
    const info = text.slice(rest, at);
    const secret = info.indexOf(':');
    const name = percentDecode(secret < 0 ? info : info.slice(0, secret));
    if (name === null || name === '' || hasBlank(info)) return null;
    user = name;
    if (secret >= 0) {
      const word = percentDecode(info.slice(secret + 1));
      if (word === null) return null;
      password = word;
    }
    rest = at + 1;
  }

  const question = text.indexOf('?', rest);
  const tail = question < 0 ? text.length : question;
  const semicolon = text.indexOf(';', rest);
  const end = semicolon < 0 || semicolon > tail ? tail : semicolon;
  const place = parseHostPort(text.slice(rest, end));
  if (!place) return null;
  const params = end === tail ? NO_PARAMS : parseUriParams(text.slice(end + 1, tail));
  if (!params) return null;
  const headers = question < 0 ? undefined : text.slice(question + 1);
  if (headers !== undefined && hasBlank(headers)) return null;
  return { scheme, user, password, host: place.host, port: place.port, params, headers };
}

function parseTel(text: string): SipUri | null {
  const semicolon = text.indexOf(';');
  const number = text.slice(4, semicolon < 0 ? text.length : semicolon);
  if (!/^\+?[0-9A-Fa-f*#().-]+$/.test(number)) return null;
  const params = semicolon < 0 ? NO_PARAMS : parseUriParams(text.slice(semicolon + 1));
  return params && { scheme: 'tel', user: number, host: '', params };
}

function hasBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x3c || code === 0x3e || code === 0x22) return true;
  }
  return false;
}

/** `host[:port]` of a URI or Via; IPv6 comes without brackets, names in lower case. */
export function parseHostPort(text: string): { host: string; port: number | undefined } | null {
  let host: string;
  let rest: number;
  if (text.charCodeAt(0) === 0x5b) {
    const close = text.indexOf(']');
    host = address6(text.slice(1, close));
    if (close < 0 || host === '') return null;
    rest = close + 1;
  } else {
    rest = 0;
    while (isHostChar(text.charCodeAt(rest))) rest++;
    if (rest === 0) return null;
    host = text.slice(0, rest).toLowerCase();
  }
  if (rest === text.length) return { host, port: undefined };
  if (text.charCodeAt(rest) !== 0x3a) return null;
  const port = parseNumber(text.slice(rest + 1), 65_535);
  return port < 0 ? null : { host, port };
}

/** Letters, digits, `-`, `.`; `_` too, since names of Windows machines carry it. */
function isHostChar(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

/**
 * An IPv6 address in lower case; '' when it is none. The grammar of RFC 3261 has one colon too many before an IPv4 address at
 * its end, which has to be borne (RFC 5118 §4.10).
 */
function address6(text: string): string {
  const address = text.toLowerCase().replace(/:::(?=\d+\.[0-9.]+$)/, '::');
  return isIPv6(address) && !address.includes('%') ? address : '';
}

function parseUriParams(text: string): Params | null {
  const params: Record<string, string> = {};
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = percentDecode(equals < 0 ? part : part.slice(0, equals))?.toLowerCase();
    const value = equals < 0 ? '' : percentDecode(part.slice(equals + 1));
    if (!name || value === null || hasBlank(part)) return null;
    if (!Object.hasOwn(params, name) && name !== '__proto__') params[name] = value;
  }
  return params;
}

/** `host`, in brackets when it is an IPv6 address, and `:port` when there is one. */
export const formatHostPort = (host: string, port: number | undefined): string => {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
};

/** A URI as text; whatever its parts hold, the result has no blanks, brackets or line ends beside its own. */
export function formatUri(uri: SipUri): string {
  let out = `${uri.scheme}:`;
  if (uri.scheme === 'tel') out += uri.user;
  else {
    if (uri.user !== '') {
      out += percentEncode(uri.user, USER_CHARS);
      if (uri.password !== undefined) out += `:${percentEncode(uri.password, PASSWORD_CHARS)}`;
      out += '@';
    }
    out += formatHostPort(uri.host, uri.port);
  }
  for (const name in uri.params) {
    const value = uri.params[name] ?? '';
    out += `;${percentEncode(name, PARAM_CHARS)}`;
    if (value !== '') out += `=${percentEncode(value, PARAM_CHARS)}`;
  }
  return uri.headers === undefined ? out : `${out}?${uri.headers}`;
}
