import { isUtf8 } from 'node:buffer';
import { ALPHANUMERIC } from './scan.ts';

/** Which ASCII characters may stand unescaped. */
export type CharSet = Uint8Array;

function charSet(chars: string): CharSet {
  const set = new Uint8Array(128);
  for (let i = 0; i < chars.length; i++) set[chars.charCodeAt(i)] = 1;
  return set;
}

const UNRESERVED = `${ALPHANUMERIC}-_.!~*'()`;
/** user = unreserved / escaped / user-unreserved (RFC 3261 §25.1). */
export const USER_CHARS = charSet(`${UNRESERVED}&=+$,;?/`);
export const PASSWORD_CHARS = charSet(`${UNRESERVED}&=+$,`);
/** paramchar = param-unreserved / unreserved / escaped (RFC 3261 §25.1). */
export const PARAM_CHARS = charSet(`${UNRESERVED}[]/:&+$`);

/** Percent-escapes, in UTF-8, what is not in `plain`. */
export function percentEncode(text: string, plain: CharSet): string {
  if (isPlain(text, plain)) return text;
  let out = '';
  for (const byte of Buffer.from(text)) {
    out +=
      plain[byte] === 1 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function isPlain(text: string, plain: CharSet): boolean {
  for (let i = 0; i < text.length; i++) if (plain[text.charCodeAt(i)] !== 1) return false;
  return true;
}

const hexDigit = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/**
 * Undoes percent-escapes. Bytes that are not UTF-8 are read as Latin-1, so that nothing is lost.
 * @returns null when a `%` is not followed by two hex digits.
 */
export function percentDecode(text: string): string | null {
  if (!text.includes('%')) return text;
  const source = Buffer.from(text);
  const buffer = Buffer.allocUnsafe(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    let byte = source[i] as number;
    if (byte === 0x25) {
      const high = hexDigit(source[i + 1] ?? 0);
      const low = hexDigit(source[i + 2] ?? 0);
      if (high < 0 || low < 0) return null;
      byte = high * 16 + low;
      i += 2;
    }
    buffer[length++] = byte;
  }
  const bytes = buffer.subarray(0, length);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
