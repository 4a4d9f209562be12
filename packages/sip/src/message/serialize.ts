import { asFieldList } from './headers.ts';
import { clean } from './scan.ts';
import type { SipMessage } from './types.ts';

/** The message as bytes. Content-Length is always written, last, from the body; one among the headers is ignored. */
export function serializeMessage(message: SipMessage): Uint8Array {
  const fields = asFieldList(message.headers).toText();
  const head = `${startLine(message)}\r\n${fields}Content-Length: ${message.body.length}\r\n\r\n`;
  if (message.body.length === 0) return Buffer.from(head);
  const length = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(length + message.body.length);
  bytes.write(head);
  bytes.set(message.body, length);
  return bytes;
}

function startLine(message: SipMessage): string {
  if (message.kind === 'response') return `SIP/2.0 ${message.status} ${clean(message.reason)}`;
  return `${clean(message.method)} ${clean(message.uri).replaceAll(' ', '%20')} SIP/2.0`;
}
