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
  /^((?:proxy-)?authorization[ \t]*:|authentication-info[ \t]*:|a=(?:crypto|key-mgmt|ice-pwd):|k=).*(?:\r\n[ \t].*)*$/gim;

/**
 * The message without credentials (RFC 3261 §22) and media keys (RFC 4568, 4567, 4566 §5.12, 8839). Names of header
 * fields compare without case, so nothing short of looking at every line will do.
 */
export function withoutSecrets(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const clean = text.replace(SECRET_LINE, '$1 (hidden)');
  return clean === text ? message : Buffer.from(clean, 'latin1');
}
