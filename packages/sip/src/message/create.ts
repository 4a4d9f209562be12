import type { Body, HeaderList } from '../stack.ts';
import { asFieldList, createHeaders, FieldList } from './headers.ts';
import { FIELD } from './names.ts';
import { reasonPhrase } from './reasons.ts';
import type { SipRequest, SipResponse } from './types.ts';

const NOBODY = new Uint8Array(0);

/** A request with the header fields given and, with a body, its Content-Type. */
export function createRequest(
  method: string,
  uri: string,
  headers: HeaderList = [],
  body?: Body,
): SipRequest {
  const fields = createHeaders(headers);
  if (body) fields.set('Content-Type', body.type);
  return { kind: 'request', method, uri, headers: fields, body: body?.bytes ?? NOBODY };
}

const COPIED = FIELD.via | FIELD.from | FIELD.to | FIELD.callId | FIELD.cseq;

/** A response to a request: Via, From, To, Call-ID and CSeq are copied (RFC 3261 §8.2.6), Timestamp into a 100. The To tag is the caller's to add. */
export function createResponse(request: SipRequest, status: number, reason?: string): SipResponse {
  const headers = new FieldList();
  headers.copy(asFieldList(request.headers), COPIED);
  if (status === 100) {
    const timestamp = request.headers.get('timestamp');
    if (timestamp !== undefined) headers.append('Timestamp', timestamp);
  }
  return { kind: 'response', status, reason: reason ?? reasonPhrase(status), headers, body: NOBODY };
}
