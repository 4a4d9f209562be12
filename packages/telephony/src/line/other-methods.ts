import type { ServerTransaction } from '@kommutator/sip';
import { ALLOW } from './line-context.ts';

const METHODS_OUTSIDE = `${ALLOW}, REGISTER`;

/**
 * Requests outside a dialog that are neither INVITE nor REGISTER. A scanner learns that SIP is spoken here, nothing of
 * domains and logins: the Request-URI is not looked at.
 * @param draining new calls are refused: OPTIONS says so, and balancers go elsewhere.
 */
export function answerOther(transaction: ServerTransaction, draining: boolean): void {
  switch (transaction.request.method) {
    case 'OPTIONS':
      draining
        ? transaction.respond(503, { headers: [['Retry-After', '60']] })
        : transaction.respond(200, {
            headers: [
              ['Allow', METHODS_OUTSIDE],
              ['Accept', 'application/sdp'],
            ],
          });
      return;
    case 'SUBSCRIBE':
    case 'PUBLISH': // RFC 6665 §8.3.2, RFC 3903 §6: no event package is served.
      {
        transaction.respond(489);
        return;
      }
    case 'BYE':
    case 'INFO':
    case 'UPDATE':
    case 'NOTIFY':
    case 'PRACK':
      transaction.respond(481);
      return;
    case 'MESSAGE':
    case 'REFER':
      transaction.respond(405, { headers: [['Allow', METHODS_OUTSIDE]] });
      return;
    default:
      transaction.respond(501, { headers: [['Allow', METHODS_OUTSIDE]] });
      return;
  }
}
