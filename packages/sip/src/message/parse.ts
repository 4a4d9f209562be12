import { err, ok, type Result } from '@kommutator/base';
import { checkHeaders } from './check.ts';
import type { FieldList } from './headers.ts';
import { FIELD, type FieldName, fieldName, knownField, ONCE, usualField } from './names.ts';
import { clean, isToken, parseNumber, skipBlank } from './scan.ts';
import { readStartLine } from './start-line.ts';
import type { ParseFault, SipMessage } from './types.ts';

/** Longest message taken, in bytes: what a datagram can hold. */
export const MAX_MESSAGE = 65_535;

/** Header lines looked at: ten times what any phone or carrier writes; 64 kB hold sixteen thousand. */
const MOST_FIELDS = 500;
const TOO_MANY: ParseFault = { code: 'too-long', detail: `more than ${MOST_FIELDS} header fields` };

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Parses one complete message: a datagram, or what {@link StreamFramer} cut out. Never throws.
 * The body is what follows the blank line, cut at Content-Length when that is less (RFC 3261 §18.3).
 * @returns a fault that carries the request when enough was understood to answer it (400, or 505 for `version`).
 */
export function parseMessage(bytes: Uint8Array): Result<SipMessage, ParseFault> {
  if (bytes.length > MAX_MESSAGE) return err({ code: 'too-long', detail: `${bytes.length} bytes` });
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  // Empty lines before the start line are ignored (RFC 3261 §7.5).
  while (buffer[start] === 0x0d && buffer[start + 1] === 0x0a) start += 2;
  const blank = buffer.indexOf(HEAD_END, start);
  const end = blank < 0 ? buffer.length : blank;
  const text = buffer.toString('utf8', start, end);

  const lineEnd = text.indexOf('\r\n');
  const first = readStartLine(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (first.kind === 'fault') return err(first.fault);
  const message = first.message;
  const refuse = (fault: ParseFault) =>
    err(message.kind === 'request' ? { ...fault, request: message } : fault);

  const headers = message.headers as FieldList;
  const { seen, fault } = readFields(text, lineEnd < 0 ? text.length : lineEnd + 2, headers);
  if (first.fault) return refuse(first.fault);
  if (fault) return refuse(fault);
  if (blank < 0) return refuse({ code: 'header', detail: 'no blank line behind the header fields' });

  const available = buffer.length - end - 4;
  let length = available;
  if ((seen & FIELD.contentLength) !== 0) {
    length = parseNumber(headers.get('content-length') ?? '', Number.MAX_SAFE_INTEGER);
    if (length < 0) return refuse({ code: 'content-length', detail: 'Content-Length is not a number' });
    if (length > available) {
      return refuse({
        code: 'content-length',
        detail: `Content-Length ${length}, but ${available} bytes came`,
      });
    }
  }
  if (length > 0) message.body = buffer.subarray(end + 4, end + 4 + length);
  const broken = checkHeaders(message, headers, seen);
  return broken ? refuse(broken) : ok(message);
}

const NAMELESS: ParseFault = { code: 'header', detail: 'a header line without a name' };

/** Reads header lines from `at` to the end of the text; a bad line is left out and reported, the rest still read. */
function readFields(text: string, at: number, into: FieldList): { seen: number; fault: ParseFault | null } {
  // Without bare CR, LF and NUL, which is always but in an attack, values need no cleaning.
  const dirty = hasStrays(text);
  let fault: ParseFault | null = null;
  let seen = 0;
  let from = at;
  while (from < text.length) {
    if (into.length >= MOST_FIELDS) return { seen, fault: fault ?? TOO_MANY };
    let to = text.indexOf('\r\n', from);
    if (to < 0) to = text.length;
    let folded = false;
    while (isBlank(text.charCodeAt(to + 2))) {
      folded = true;
      const next = text.indexOf('\r\n', to + 2);
      to = next < 0 ? text.length : next;
    }
    const colon = text.indexOf(':', from);
    const field = colon < 0 || colon > to ? null : fieldAt(text, from, colon);
    if (!field) fault ??= NAMELESS;
    else {
      const value = folded ? unfold(text.slice(colon + 1, to)) : trimmed(text, colon + 1, to);
      into.push(field, dirty ? clean(value).trim() : value);
      if ((seen & field.bit & ONCE) !== 0) {
        fault ??= {
          code: field.bit === FIELD.contentLength ? 'content-length' : 'header',
          detail: `${field.name} stands twice`,
        };
      }
      seen |= field.bit;
    }
    from = to + 2;
  }
  return { seen, fault };
}

/** The field named from `from` to `colon`; blanks may stand before the colon (RFC 3261 §7.3.1). Null when it is no token. */
function fieldAt(text: string, from: number, colon: number): FieldName | null {
  const usual = usualField(text, from, colon);
  if (usual) return usual;
  const name = trimmedEnd(text, from, colon);
  return knownField(name) ?? (isToken(name) ? fieldName(name) : null);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

function hasStrays(text: string): boolean {
  if (text.includes('\0')) return true;
  for (let lf = text.indexOf('\n'); lf >= 0; lf = text.indexOf('\n', lf + 1)) {
    if (text.charCodeAt(lf - 1) !== 0x0d) return true;
  }
  for (let cr = text.indexOf('\r'); cr >= 0; cr = text.indexOf('\r', cr + 1)) {
    if (text.charCodeAt(cr + 1) !== 0x0a) return true;
  }
  return false;
}

function trimmedEnd(text: string, from: number, end: number): string {
  let to = end;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const trimmed = (text: string, from: number, to: number): string =>
  trimmedEnd(text, Math.min(skipBlank(text, from), to), to);

/** Folded lines become one, joined by one space (RFC 3261 §7.3.1). */
const unfold = (text: string): string =>
  text
    .split('\r\n')
    .map(line => line.trim())
    .join(' ')
    .trim();
