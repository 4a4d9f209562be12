import { type ParseFault, parseMessage, type SipMessage, type SipRequest } from '../../src/index.ts';

/** Message text with its lines joined by CRLF. */
export const wire = (...lines: string[]): string => lines.join('\r\n');

/** An OPTIONS whose named fields are replaced (`undefined` leaves one out), with more lines before the blank one. */
export function options(
  replaced: Record<string, string | undefined> = {},
  extra: string[] = [],
  start?: string,
): string {
  const fields: Record<string, string | undefined> = {
    Via: 'SIP/2.0/UDP host5.example.com;branch=z9hG4bK293423',
    'Max-Forwards': '70',
    From: '<sip:caller@example.net>;tag=323',
    To: '<sip:user@example.com>',
    'Call-ID': 'test.abc@host5.example.com',
    CSeq: '60 OPTIONS',
    ...replaced,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return wire(start ?? 'OPTIONS sip:user@example.com SIP/2.0', ...lines, ...extra, '', '');
}

/** The message a text parses to; throws when it is refused. */
export function accepted(text: string | Uint8Array): SipMessage {
  const result = parseMessage(Buffer.from(text));
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

export function acceptedRequest(text: string | Uint8Array): SipRequest {
  const message = accepted(text);
  if (message.kind !== 'request') throw new Error('a response');
  return message;
}

/** The fault a text is refused with; throws when it is accepted. */
export function refused(text: string | Uint8Array): ParseFault {
  const result = parseMessage(Buffer.from(text));
  if (result.ok) throw new Error('accepted');
  return result.error;
}
