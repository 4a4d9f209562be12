import type { Refusal } from '@kommutator/model/refusals';
import type { Refused } from '../../route.ts';

/** A refusal that says when to come back (RFC 9110 §10.2.3). */
export function refusedWithPause(refusal: Refusal): Refused {
  if (refusal.code === 'signIn.locked')
    return { refused: refusal, headers: { 'retry-after': String(Number(refusal.params.minutes) * 60) } };
  if (refusal.code === 'server.busy') return { refused: refusal, headers: { 'retry-after': '2' } };
  return { refused: refusal };
}
