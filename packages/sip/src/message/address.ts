import { isCommonAddress, isCommonUri } from './common.ts';
import {
  endOfQuoted,
  formatParams,
  isToken,
  type Params,
  parseParams,
  quote,
  skipBlank,
  splitList,
  unquote,
} from './scan.ts';
import type { NameAddr } from './types.ts';
import { formatUri, parseUri } from './uri.ts';

/** A name-addr or addr-spec taken apart; the URI, of whatever scheme, is still text. */
export interface AddressParts {
  readonly displayName: string;
  readonly uri: string;
  readonly params: Params;
}

/**
 * Takes one address apart (RFC 3261 §20.10, §25.1). Without angle brackets every `;parameter` belongs to the header,
 * and `?` or `,` are not allowed (RFC 3261 §20).
 */
export function splitAddress(text: string): AddressParts | null {
  let at = skipBlank(text, 0);
  let displayName = '';
  if (text.charCodeAt(at) === 0x22) {
    const end = endOfQuoted(text, at);
    if (end < 0) return null;
    displayName = unquote(text.slice(at, end));
    at = skipBlank(text, end);
    if (text.charCodeAt(at) !== 0x3c) return null;
  }
  const open = text.charCodeAt(at) === 0x3c ? at : text.indexOf('<', at);
  if (open < 0) return splitBare(text, at);
  if (open > at) {
    displayName = text.slice(at, open).trim();
    if (!isUnquotedName(displayName)) return splitBare(text, at);
  }
  const close = text.indexOf('>', open);
  if (close < 0) return null;
  const uri = text.slice(open + 1, close);
  const params = isUriText(uri) ? parseParams(text, close + 1) : null;
  return params && { displayName, uri, params };
}

function splitBare(text: string, at: number): AddressParts | null {
  const semicolon = text.indexOf(';', at);
  const uri = text.slice(at, semicolon < 0 ? text.length : semicolon).trim();
  if (!isUriText(uri) || uri.includes('?') || uri.includes(',')) return null;
  const params = semicolon < 0 ? parseParams('', 0) : parseParams(text, semicolon);
  return params && { displayName: '', uri, params };
}

/** `*(token LWS)`; letters beyond ASCII are let through, since phones send them without quotes. */
function isUnquotedName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80 && code !== 0x20 && code !== 0x09 && !isToken(text, i, i + 1)) return false;
  }
  return true;
}

/** A scheme, a colon, and something behind it without blanks or brackets. */
function isUriText(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e) return false;
  }
  return true;
}

/** Whether a header value is an address of any scheme; `sip` and `sips` must be well formed (RFC 4475 §3.3.4). */
export function isAddress(text: string): boolean {
  if (isCommonAddress(text)) return true;
  const parts = splitAddress(text);
  return parts !== null && isUri(parts.uri);
}

/** Whether this is a URI: of any scheme, well formed where we know the scheme. */
export function isUri(text: string): boolean {
  if (isCommonUri(text)) return true;
  if (!isUriText(text)) return false;
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase();
  return scheme === 'sip' || scheme === 'sips' ? parseUri(text) !== null : true;
}

/** One From, To, Contact, Route … value (RFC 3261 §20.10); null when it is not one, or its scheme is not sip, sips, tel. */
export function parseNameAddr(text: string): NameAddr | null {
  const parts = splitAddress(text);
  const uri = parts && parseUri(parts.uri);
  return parts && uri && { displayName: parts.displayName, uri, params: parts.params };
}

/** A comma list of addresses; null when one of them is not an address. */
export function parseNameAddrList(text: string): NameAddr[] | null {
  const list: NameAddr[] = [];
  for (const part of splitList(text)) {
    const address = parseNameAddr(part);
    if (!address) return null;
    list.push(address);
  }
  return list;
}

/** Always with angle brackets; a display name is always quoted. */
export function formatNameAddr(address: NameAddr): string {
  const name = address.displayName === '' ? '' : `${quote(address.displayName)} `;
  return `${name}<${formatUri(address.uri)}>${formatParams(address.params)}`;
}
