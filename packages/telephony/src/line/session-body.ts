import type { SipRequest } from '@kommutator/sip';

/** The SDP a request carries; null when it has no body, `unsupported` when the body is something else. */
export function offerOf({ headers, body }: SipRequest): Uint8Array | null | 'unsupported' {
  if (body.length === 0) return null;
  const type = (headers.get('Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/sdp' ? body : 'unsupported';
}
