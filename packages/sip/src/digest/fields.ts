import { isToken, splitList, unquote } from '../message/scan.ts';

/** Parameters of a `Digest …` challenge or answer, names in lower case, quotes taken off. */
export type DigestFields = Readonly<Record<string, string | undefined>>;

/**
 * Takes a WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization value apart (RFC 3261 §25.1).
 * @returns null for another scheme, a parameter given twice, or broken grammar.
 */
export function parseDigest(value: string): DigestFields | null {
  const text = value.trim();
  if (text.slice(0, 7).toLowerCase() !== 'digest ') return null;
  const fields: Record<string, string> = {};
  for (const part of splitList(text.slice(7))) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const raw = part.slice(equals + 1).trim();
    const quoted = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"');
    if (!isToken(name) || Object.hasOwn(fields, name) || name === '__proto__') return null;
    if (raw === '' || (!quoted && raw.includes('"'))) return null;
    fields[name] = quoted ? unquote(raw) : raw;
  }
  return fields;
}
