import type { HeaderList, ServerTransaction } from '@kommutator/sip';
import { ALLOW } from './line-context.ts';

const METHODS_OUTSIDE = `${ALLOW}, REGISTER`;
const TOLD: HeaderList = [['Allow', METHODS_OUTSIDE]];

/**
 * Requests outside a dialog that are neither INVITE nor REGISTER. A stranger learns that SIP is spoken here, nothing of
 * domains and logins: the Request-URI is not looked at. Whoever it is costs no memory: a repeat gets the same answer
 * because nothing of it is remembered (RFC 3261 §8.2.7).
 * @param draining new calls are refused: OPTIONS says so, and balancers go elsewhere.
 * @param stranger gets the bare status: an answer longer than its question would be a gift to who forges his source.
 */
export function answerOther(transaction: ServerTransaction, draining: boolean, stranger: boolean): void {
  const [status, headers] = answerTo(transaction.request.method, draining);
  transaction.respond(status, { headers: stranger ? [] : headers, once: true, bare: stranger });
}

function answerTo(method: string, draining: boolean): readonly [status: number, headers: HeaderList] {
  switch (method) {
    case 'OPTIONS':
      return draining ? [503, [['Retry-After', '60']]] : [200, [...TOLD, ['Accept', 'application/sdp']]];
    case 'SUBSCRIBE':
    case 'PUBLISH': // RFC 6665 §8.3.2, RFC 3903 §6: no event package is served.
      return [489, []];
    case 'BYE':
    case 'INFO':
    case 'UPDATE':
    case 'NOTIFY':
    case 'PRACK':
      return [481, []];
    case 'MESSAGE':
    case 'REFER':
      return [405, TOLD];
    default:
      return [501, TOLD];
  }
}
