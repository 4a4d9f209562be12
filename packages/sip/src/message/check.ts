import { isAddress } from './address.ts';
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

/**
 * The fields every message must have, and have right, before a transaction may look at it (RFC 3261 §8.1.1).
 * Max-Forwards may be missing, as in RFC 2543; Contact is judged in requests only, a response is not worth losing for it.
 * @param seen bits of the fields present
 */
export function checkHeaders(message: SipMessage, seen: number): ParseFault | null {
  if ((seen & REQUIRED) !== REQUIRED) {
    const missing = NAMES.find(([bit]) => (seen & bit) === 0);
    return { code: 'missing-header', detail: `no ${missing?.[1]}` };
  }
  const { headers } = message;
  const cseq = parseCSeq(headers.get('cseq') ?? '');
  if (!cseq) return bad('CSeq');
  if (message.kind === 'request' && cseq.method !== message.method) {
    return { code: 'header', detail: 'the method of CSeq is not that of the request' };
  }
  if (headers.get('call-id') === '') return bad('Call-ID');
  if (!parseVia(topVia(headers.get('via') ?? ''))) return bad('Via');
  if (!isAddress(headers.get('from') ?? '')) return bad('From');
  if (!isAddress(headers.get('to') ?? '')) return bad('To');
  if (message.kind === 'response') return null;
  if ((seen & FIELD.maxForwards) !== 0 && parseNumber(headers.get('max-forwards') ?? '', 255) < 0) {
    return bad('Max-Forwards');
  }
  for (const contact of headers.all('contact'))
    if (contact !== '*' && !isAddress(contact)) return bad('Contact');
  return null;
}

const bad = (name: string): ParseFault => ({ code: 'header', detail: `${name} is malformed` });

/** The value before the first comma outside quotes. */
function topVia(value: string): string {
  if (value.includes('"')) return splitList(value)[0] ?? '';
  const comma = value.indexOf(',');
  return comma < 0 ? value : value.slice(0, comma);
}
