import { formatParams, isToken, parseNumber, parseParams, skipBlank } from './scan.ts';
import type { Via } from './types.ts';
import { formatHostPort, parseHostPort } from './uri.ts';

/** One Via value (RFC 3261 §20.42): `SIP/2.0/UDP host[:port];branch=…`; null when it is not one. */
export function parseVia(text: string): Via | null {
  const first = text.indexOf('/');
  const second = text.indexOf('/', first + 1);
  if (first < 0 || second < 0) return null;
  if (text.slice(0, first).trim().toUpperCase() !== 'SIP') return null;
  // Any version (RFC 3261 §25.1): a request of another one is answered 505, and needs a way back for that.
  if (!isToken(text.slice(first + 1, second).trim())) return null;
  const from = skipBlank(text, second + 1);
  let to = from;
  while (isToken(text, to, to + 1) && to < text.length) to++;
  const place = skipBlank(text, to);
  if (to === from || place === to) return null;
  const semicolon = text.indexOf(';', place);
  const end = semicolon < 0 ? text.length : semicolon;
  const sentBy = parseSentBy(text.slice(place, end).trim());
  const params = parseParams(text, end);
  if (!sentBy || !params) return null;
  return { protocol: text.slice(from, to).toUpperCase(), host: sentBy.host, port: sentBy.port, params };
}

/** Blanks may stand around the colon (RFC 3261 §25.1 COLON). */
const parseSentBy = (text: string) =>
  parseHostPort(
    text.includes(' ') || text.includes('\t') ? text.replaceAll(' ', '').replaceAll('\t', '') : text,
  );

/** A Via value as text. */
export const formatVia = (via: Via): string =>
  `SIP/2.0/${via.protocol} ${formatHostPort(via.host, via.port)}${formatParams(via.params)}`;

/** RFC 3261 §20.16. */
export interface CSeq {
  readonly sequence: number;
  readonly method: string;
}

const MAX_SEQUENCE = 2 ** 31 - 1;

/** Sequence number below 2³¹ and method; null when it is not that. */
export function parseCSeq(text: string): CSeq | null {
  const value = text.trim();
  let digits = 0;
  while (digits < value.length && value.charCodeAt(digits) > 0x20) digits++;
  const sequence = parseNumber(value.slice(0, digits), MAX_SEQUENCE);
  const method = value.slice(digits).trim();
  return sequence < 0 || !isToken(method) ? null : { sequence, method };
}
