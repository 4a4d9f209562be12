import { isAddress } from './address.ts';
import { isCommonVia } from './common.ts';
import type { FieldList } from './headers.ts';
import { FIELD } from './names.ts';
import { parseNumber, splitList } from './scan.ts';
import type { ParseFault, SipMessage } from './types.ts';
import { parseCSeq, parseVia } from './via.ts';

const REQUIRED = FIELD.from | FIELD.to | FIELD.callId | FIELD.cseq | FIELD.via;

const NAMES: readonly (readonly [bit: number, name: string])[] = [
  [FIELD.via, 'Via'],
  [FIELD.from, 'From'],
  [FIELD.to, 'To'],
  [FIELD.callId, 'Call-ID'],
  [FIELD.cseq, 'CSeq'],
];

const bad = (name: string): ParseFault => ({ code: 'header', detail: `${name} is malformed` });
const BAD_VIA = bad('Via');
const BAD_FROM = bad('From');
const BAD_TO = bad('To');
const BAD_CALL_ID = bad('Call-ID');
const BAD_CSEQ = bad('CSeq');
const BAD_CONTACT = bad('Contact');
const BAD_MAX_FORWARDS = bad('Max-Forwards');
const OTHER_METHOD: ParseFault = { code: 'header', detail: 'the method of CSeq is not that of the request' };

/**
 * The fields every message must have, and have right, before a transaction may look at it (RFC 3261 §8.1.1).
 * Max-Forwards may be missing, as in RFC 2543; of Via the topmost value counts; Contact is judged in requests only,
 * a response is not worth losing for it.
 * @param seen bits of the fields present
 */
export function checkHeaders(message: SipMessage, headers: FieldList, seen: number): ParseFault | null {
  if ((seen & REQUIRED) !== REQUIRED) {
    const missing = NAMES.find(([bit]) => (seen & bit) === 0);
    return { code: 'missing-header', detail: `no ${missing?.[1]}` };
  }
  let top = true;
  for (let i = 0; i < headers.length; i++) {
    const bit = headers.bitAt(i);
    if (bit === 0 || (bit === FIELD.via && !top)) continue;
    if (bit === FIELD.via) top = false;
    const fault = checkField(message, bit, headers.valueAt(i));
    if (fault) return fault;
  }
  return null;
}

function checkField(message: SipMessage, bit: number, value: string): ParseFault | null {
  switch (bit) {
    case FIELD.via:
      return isCommonVia(value) || parseVia(topmost(value)) ? null : BAD_VIA;
    case FIELD.from:
      return isAddress(value) ? null : BAD_FROM;
    case FIELD.to:
      return isAddress(value) ? null : BAD_TO;
    case FIELD.callId:
      return value === '' ? BAD_CALL_ID : null;
    case FIELD.cseq:
      return checkCSeq(message, value);
    case FIELD.maxForwards:
      return parseNumber(value, 255) < 0 ? BAD_MAX_FORWARDS : null;
    case FIELD.contact:
      return message.kind === 'response' || isContact(value) ? null : BAD_CONTACT;
    default:
      return null;
  }
}

function checkCSeq(message: SipMessage, value: string): ParseFault | null {
  const cseq = parseCSeq(value);
  if (!cseq) return BAD_CSEQ;
  return message.kind === 'request' && cseq.method !== message.method ? OTHER_METHOD : null;
}

/** `*`, or one or more addresses. */
const isContact = (value: string): boolean =>
  value === '*' || isAddress(value) || (value.includes(',') && splitList(value).every(isAddress));

/** The value before the first comma outside quotes. */
function topmost(value: string): string {
  if (value.includes('"')) return splitList(value)[0] ?? '';
  const comma = value.indexOf(',');
  return comma < 0 ? value : value.slice(0, comma);
}
