import { isUri } from './address.ts';
import { FieldList } from './headers.ts';
import { clean, isToken, parseNumber } from './scan.ts';
import type { ParseFault, SipMessage } from './types.ts';

/** A message with its start line read and nothing else yet; `fault` when the line breaks a rule but is a request's. */
export type StartLine =
  | { readonly kind: 'fault'; readonly fault: ParseFault }
  | { readonly kind: 'message'; readonly message: SipMessage; readonly fault: ParseFault | null };

const NOBODY = new Uint8Array(0);

const fault = (code: ParseFault['code'], detail: string): StartLine => ({
  kind: 'fault',
  fault: { code, detail },
});

/** Request-Line or Status-Line (RFC 3261 §7.1, §7.2). Exactly one space separates the parts (RFC 4475 §3.1.2.8). */
export function readStartLine(line: string): StartLine {
  return line.startsWith('SIP/') || line.startsWith('sip/') ? readStatusLine(line) : readRequestLine(line);
}

function readStatusLine(line: string): StartLine {
  if (!isVersion(line.slice(0, 7)) || line.charCodeAt(7) !== 0x20) return fault('version', 'not SIP/2.0');
  const status = parseNumber(line.slice(8, 11), 699);
  const behind = line.charCodeAt(11);
  // Some leave out the space where there is no reason.
  if (status < 100 || (line.length > 11 && behind !== 0x20))
    return fault('start-line', 'no three-digit status');
  const message: SipMessage = {
    kind: 'response',
    status,
    reason: clean(line.slice(12)),
    headers: new FieldList(),
    body: NOBODY,
  };
  return { kind: 'message', message, fault: null };
}

function readRequestLine(line: string): StartLine {
  const space = line.indexOf(' ');
  const method = line.slice(0, Math.max(0, space));
  if (!isToken(method)) return fault('not-sip', 'no start line');
  const ended = line.trimEnd();
  const last = ended.lastIndexOf(' ');
  const version = ended.slice(last + 1);
  if (last <= space || !/^SIP\//i.test(version)) return fault('not-sip', 'no SIP version in the start line');
  const uri = clean(ended.slice(space + 1, last));
  const message: SipMessage = { kind: 'request', method, uri, headers: new FieldList(), body: NOBODY };
  let broken: ParseFault | null = null;
  if (!isVersion(version)) broken = { code: 'version', detail: 'not SIP/2.0' };
  else if (ended.length !== line.length) broken = { code: 'start-line', detail: 'blanks behind the version' };
  else if (!isUri(uri)) broken = { code: 'start-line', detail: 'the Request-URI is not a URI' };
  else if (hasUriHeaders(uri)) broken = { code: 'start-line', detail: 'header fields in the Request-URI' };
  return { kind: 'message', message, fault: broken };
}

const isVersion = (text: string): boolean => text === 'SIP/2.0' || text.toUpperCase() === 'SIP/2.0';

/** A `?` behind the user part; not allowed in a Request-URI (RFC 3261 §19.1.1, RFC 4475 §3.1.2.10). */
const hasUriHeaders = (uri: string): boolean =>
  uri.includes('?') && /^sips?:/i.test(uri) && uri.lastIndexOf('?') > uri.indexOf('@');
