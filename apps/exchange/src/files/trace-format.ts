/** A SIP message as it stands in a trace file: a line of JSON, then `bytes` bytes of message, then a newline. */
export interface TraceHead {
  /** Unix ms. */
  readonly at: number;
  readonly way: 'in' | 'out';
  /** `udp:192.0.2.1:5060` */
  readonly peer: string;
  readonly bytes: number;
}

export interface TracedMessage extends TraceHead {
  readonly text: string;
}

const NEWLINE = Buffer.from('\n');

export function packTrace(head: Omit<TraceHead, 'bytes'>, message: Buffer): readonly Buffer[] {
  return [Buffer.from(`${JSON.stringify({ ...head, bytes: message.length })}\n`), message, NEWLINE];
}

/** All whole messages of a trace file; stops at a torn end. */
export function* unpackTrace(file: Buffer): Generator<TracedMessage> {
  let at = 0;
  for (;;) {
    const end = file.indexOf(10, at);
    if (end < 0) return;
    const head = parseHead(file.toString('utf8', at, end));
    if (!head || end + 1 + head.bytes > file.length) return;
    const body = end + 1;
    yield { ...head, text: file.toString('utf8', body, body + head.bytes) };
    at = body + head.bytes + 1;
  }
}

function parseHead(line: string): TraceHead | null {
  try {
    const value = JSON.parse(line) as TraceHead;
    return Number.isSafeInteger(value?.bytes) && value.bytes >= 0 ? value : null;
  } catch {
    return null;
  }
}

/** Value of a header field of a message's text, by its long and compact name; '' when absent. */
export function headerOf(text: string, long: string, compact = long): string {
  const head = text.slice(0, text.indexOf('\r\n\r\n') + 2 || undefined);
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && (name === long || name === compact)) return line.slice(colon + 1).trim();
  }
  return '';
}

const SECRET_LINE =
  /^((?:proxy-)?authorization[ \t]*:|a=crypto:|authentication-info[ \t]*:).*(?:\r\n[ \t].*)*$/gim;
const MAY_HOLD_SECRET = ['uthorization', 'UTHORIZATION', 'a=crypto', 'uthentication-'].map(word =>
  Buffer.from(word),
);

/** The message without credentials and media keys. Messages without any are passed on as they are. */
export function withoutSecrets(message: Buffer): Buffer {
  if (!MAY_HOLD_SECRET.some(word => message.includes(word))) return message;
  return Buffer.from(message.toString('latin1').replace(SECRET_LINE, '$1 (hidden)'), 'latin1');
}
