import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { HeaderList } from '@kommutator/sip';

/** RFC 3398 §8.2.6.1: the Q.850 cause of a SIP status without a Reason of its own. */
const Q850: Readonly<Record<number, number>> = {
  401: 21,
  402: 21,
  403: 21,
  404: 1,
  405: 63,
  406: 79,
  407: 21,
  408: 102,
  410: 22,
  413: 127,
  414: 127,
  415: 79,
  416: 127,
  420: 127,
  421: 127,
  423: 127,
  480: 18,
  482: 25,
  483: 25,
  484: 28,
  485: 1,
  486: 17,
  487: 16,
  488: 88,
  501: 79,
  502: 38,
  504: 102,
  505: 127,
  513: 127,
  600: 17,
  603: 21,
  604: 1,
  606: 88,
};

const LONGEST_TEXT = 80;

/** A value of the Reason header field (RFC 3326). */
export interface Reason {
  readonly protocol: string;
  readonly cause: number | null;
  readonly text: string;
}

/** Reads one Reason value; unreadable parts are left out. */
export function readReason(value: string): Reason {
  const [protocol = '', ...params] = splitOutsideQuotes(value);
  let cause: number | null = null;
  let text = '';
  for (const param of params) {
    const equals = param.indexOf('=');
    const name = param.slice(0, equals).trim().toLowerCase();
    const content = param.slice(equals + 1).trim();
    if (name === 'cause' && /^\d{1,3}$/.test(content)) cause = Number(content);
    if (name === 'text') text = unquote(content).slice(0, LONGEST_TEXT);
  }
  return { protocol: protocol.trim().toUpperCase(), cause, text };
}

/**
 * Why the other side refused an INVITE (RFC 3326, RFC 3398).
 * @param reasons values of its Reason header fields; a Q.850 cause there wins over the table.
 */
export function causeOfResponse(status: number, phrase: string, reasons: readonly string[]): Cause {
  const q850 = reasons.map(readReason).find(reason => reason.protocol === 'Q.850' && reason.cause !== null);
  const text = q850?.text || phrase.slice(0, LONGEST_TEXT) || 'Refused';
  return { sip: status, q850: q850?.cause ?? Q850[status] ?? (status >= 600 ? 21 : 41), text };
}

/** Reason header fields for a refusal, a CANCEL or a BYE that carries this cause. */
export function reasonHeaders(cause: Cause): HeaderList {
  if (cause.elsewhere) return [['Reason', 'SIP;cause=200;text="Call completed elsewhere"']];
  const q850: readonly [string, string] = ['Reason', `Q.850;cause=${cause.q850};text=${quote(cause.text)}`];
  return cause.reasonSip === undefined
    ? [q850]
    : [['Reason', `SIP;cause=${cause.reasonSip};text=${quote(cause.text)}`], q850];
}

/** The status that refuses an INVITE for this cause: an end that is no refusal becomes 480. */
export const refusalStatus = (cause: Cause): number => {
  if (cause.elsewhere) return CAUSES.notAvailable.sip;
  return cause.sip >= 300 && cause.sip < 700 ? cause.sip : CAUSES.notAvailable.sip;
};

/** Seconds after which a refused peer may try again (RFC 3261 §20.33). */
const RETRY_AFTER = 10;

/** Header fields of a refusal: why, and with 503 when to try again. */
export function refusalHeaders(cause: Cause, retryAfter = RETRY_AFTER): HeaderList {
  const reasons = reasonHeaders(cause);
  return refusalStatus(cause) === 503 ? [...reasons, ['Retry-After', String(retryAfter)]] : reasons;
}

function splitOutsideQuotes(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (c === ';' && !quoted) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(value.slice(start));
  return parts;
}

const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function unquote(text: string): string {
  return text.startsWith('"')
    ? text.slice(1, text.endsWith('"') ? -1 : undefined).replace(/\\(.)/g, '$1')
    : text;
}
