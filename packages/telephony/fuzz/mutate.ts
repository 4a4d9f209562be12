import type { Random } from '@kommutator/sip';

/** What parsers trip over: ends of lines and strings, numbers at their limits, names that mean something, runs. */
const TOKENS: readonly Buffer[] = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  '\r\n ',
  ';',
  ',',
  ':',
  '=',
  '"',
  '\\"',
  '<',
  '>',
  '@',
  '%',
  '%00',
  '%zz',
  '[',
  ']',
  '[::1]',
  '[::ffff:1.2.3.4]:99999',
  '*',
  '0',
  '-1',
  '65536',
  '2147483648',
  '4294967296',
  '99999999999999999999',
  '1e9',
  'NaN',
  '0x10',
  'я',
  '\u{1f4de}',
  '\u{feff}',
  '\ud800',
  '__proto__',
  'constructor',
  ';tag=',
  ';branch=z9hG4bK',
  ';rport',
  ';received=',
  ';maddr=224.0.0.1',
  ';lr',
  ';expires=0',
  'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 999999\r\n',
  'Route: <sip:10.0.0.1;lr>\r\n',
  'Record-Route: <sip:10.9.0.2;lr>\r\n',
  'Require: 100rel\r\n',
  'Supported: 100rel, timer, replaces\r\n',
  'Session-Expires: 90;refresher=uas\r\n',
  'RAck: 1 1 INVITE\r\n',
  'RSeq: 1\r\n',
  'Max-Breadth: 1\r\n',
  'Replaces: a;to-tag=b;from-tag=c\r\n',
  'Privacy: id\r\n',
  'Contact: *\r\n',
  'Expires: 0\r\n',
  'INVITE ',
  'ACK ',
  'BYE ',
  'CANCEL ',
  'UPDATE ',
  'PRACK ',
  'SIP/2.0 200 OK',
  'SIP/2.0 407 x',
  'm=audio 0 RTP/AVP 8\r\n',
  'm=audio 4000 RTP/AVP 8\r\n',
  'a=inactive\r\n',
  'a=rtpmap:8 PCMA/8000\r\n',
  'c=IN IP4 0.0.0.0\r\n',
  'x'.repeat(1000),
  ';'.repeat(500),
  '"'.repeat(300),
  'X: y\r\n'.repeat(200),
].map(token => Buffer.from(token));

const METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'UPDATE',
  'PRACK',
  'INFO',
  'OPTIONS',
  'REGISTER',
  'REFER',
  'NOTIFY',
];

const LONGEST = 70_000;

/** Changes samples at random, the same way for the same seed. */
export class Mutator {
  readonly #random: Random;
  readonly #others: readonly Buffer[];

  /** @param others what a sample may be spliced with. */
  constructor(random: Random, others: readonly Buffer[]) {
    this.#random = random;
    this.#others = others;
  }

  /** One to six changes of a copy. */
  mutate(sample: Buffer): Buffer {
    let bytes: Buffer = Buffer.from(sample);
    const changes = 1 + Math.floor(this.#random() ** 3 * 6);
    for (let n = 0; n < changes; n++) bytes = this.#change(bytes);
    return bytes.length > LONGEST ? bytes.subarray(0, LONGEST) : bytes;
  }

  /**
   * A SIP message changed: half of the time anywhere, half of the time only within values, so that much of it is still a
   * message; mostly with the Content-Length of what came of it, as a wrong one would hide the rest.
   */
  message(sample: Buffer): Buffer {
    const mutant = this.#random() < 0.5 ? this.mutate(sample) : this.#fields(sample);
    return this.#random() < 0.9 ? withLength(mutant) : mutant;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  #change(bytes: Buffer): Buffer {
    const at = this.below(bytes.length + 1);
    const length = this.below(Math.min(40, bytes.length - at + 1));
    switch (this.below(11)) {
      case 0: // One bit.
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << this.below(8));
        return bytes;
      case 1: // One byte.
        if (at < bytes.length) bytes[at] = this.below(256);
        return bytes;
      case 2: // A piece is gone.
        return splice(bytes, at, length, NOTHING);
      case 3: // A piece stands twice.
        return splice(bytes, at, 0, bytes.subarray(at, at + length));
      case 4:
        return splice(bytes, at, 0, this.one(TOKENS));
      case 5:
        return splice(bytes, at, length, this.one(TOKENS));
      case 6: // Cut off.
        return bytes.subarray(0, at);
      case 7: // The end of another sample.
        return splice(bytes, at, bytes.length - at, this.#tail());
      case 8:
        return this.#number(bytes, at);
      default:
        return this.#lines(bytes);
    }
  }

  /** One to three values, or the method, become others. */
  #fields(sample: Buffer): Buffer {
    const end = sample.indexOf('\r\n\r\n');
    const lines = sample.toString('latin1', 0, Math.max(0, end)).split('\r\n');
    for (let n = 1 + this.below(3); n > 0; n--) {
      const at = this.below(lines.length);
      const line = lines[at] as string;
      const colon = line.indexOf(':');
      if (at === 0 || colon < 0) this.#retell(lines);
      else
        lines[at] = `${line.slice(0, colon + 1)}${this.#value(line.slice(0, colon), line.slice(colon + 1))}`;
    }
    const body = sample.subarray(Math.max(0, end));
    return Buffer.concat([
      Buffer.from(lines.join('\r\n'), 'latin1'),
      this.#random() < 0.2 && body.length > 4
        ? Buffer.concat([body.subarray(0, 4), this.mutate(body.subarray(4))])
        : body,
    ]);
  }

  /** Another value of that field from another sample, or this one with a change that does not end its line. */
  #value(name: string, value: string): string {
    if (this.#random() < 0.4) {
      const other = new RegExp(`^${name.replace(/[^a-z-]/gi, '.')}:(.*)$`, 'im').exec(
        this.one(this.#others).toString('latin1'),
      );
      if (other) return (other[1] ?? '').trimEnd();
    }
    const changed =
      this.#random() < 0.3
        ? this.#number(Buffer.from(value, 'latin1'), 0)
        : this.#change(Buffer.from(value, 'latin1'));
    return changed
      .toString('latin1')
      .replace(/[\r\n]/g, ' ')
      .slice(0, 2000);
  }

  /** The same message of another method: start line and CSeq. */
  #retell(lines: string[]): void {
    const method = this.one(METHODS);
    if (!lines[0]?.startsWith('SIP/')) lines[0] = (lines[0] ?? '').replace(/^\S+/, method);
    const cseq = lines.findIndex(line => /^cseq:/i.test(line));
    if (cseq > 0) lines[cseq] = (lines[cseq] as string).replace(/\S+$/, method);
  }

  #tail(): Buffer {
    const other = this.one(this.#others);
    return other.subarray(this.below(other.length + 1));
  }

  /** The next number behind `at` becomes another one. */
  #number(bytes: Buffer, at: number): Buffer {
    let from = at;
    while (from < bytes.length && !isDigit(bytes[from])) from++;
    let to = from;
    while (to < bytes.length && isDigit(bytes[to])) to++;
    const numbers = ['0', '1', '-1', '255', '65536', '2147483647', '4294967295', '99999999999999999999', ''];
    return splice(bytes, from, to - from, Buffer.from(this.one(numbers)));
  }

  /** Lines change places, are doubled, or go. */
  #lines(bytes: Buffer): Buffer {
    const lines = bytes.toString('latin1').split('\r\n');
    const [one, other] = [this.below(lines.length), this.below(lines.length)];
    const kept = lines[one] as string;
    switch (this.below(3)) {
      case 0:
        lines[one] = lines[other] as string;
        lines[other] = kept;
        break;
      case 1:
        lines.splice(other, 0, kept);
        break;
      default:
        lines.splice(one, 1);
    }
    return Buffer.from(lines.join('\r\n'), 'latin1');
  }
}

const NOTHING = Buffer.alloc(0);
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

function withLength(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes;
  const head = bytes.toString('latin1', 0, end);
  const told = /\r\nContent-Length: *(\d+)/i.exec(head);
  const length = String(bytes.length - end - 4);
  if (!told || told[1] === length) return bytes;
  const at = told.index + told[0].length - (told[1] ?? '').length;
  return splice(bytes, at, (told[1] ?? '').length, Buffer.from(length));
}

const splice = (bytes: Buffer, at: number, drop: number, insert: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]);
