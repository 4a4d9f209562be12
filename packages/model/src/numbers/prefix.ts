/** Prefixes of callers' numbers, as routing rules and lists write them (RTE-7.4, RTE-11). */
import type { Result } from '@kommutator/base';
import { accept, type Refusal, refuse } from '../refusals/index.ts';
import { isAllocatedCode } from './codes.ts';

/** RTE-11 «Data». */
export const MAX_PREFIXES = 200;
export const MAX_PREFIX_DIGITS = 15;

/**
 * The E.164 digits a prefix stands for: «+375» → 375, «7495» → 7495, «495» → 7495, «8495» → 7495, «8422» → 78422.
 * National forms match numbers of country code 7 alone, so «495» never means +49 5….
 */
export function prefixInE164(prefix: string): string {
  const code = prefix.charCodeAt(0);
  if (code === 43 /* + */) return prefix.slice(1);
  if (prefix.length > 2 && prefix.startsWith('00')) return prefix.slice(2);
  if (prefix.length > 3 && prefix.startsWith('810')) return prefix.slice(3);
  if (prefix.length >= 4 && code === 55 /* 7 */) return prefix;
  return `7${readsAsTrunk8(prefix) ? prefix.slice(1) : prefix}`;
}

/** Whether the caller's number begins with the prefix; `caller` is E.164 digits. Never throws. */
export function prefixMatches(prefix: string, caller: string | null): boolean {
  return caller !== null && prefix !== '' && caller.startsWith(prefixInE164(prefix));
}

/** Four or more digits whose first three are no Russian code while digits 2–4 are: «8495», «8916». The dialog shows it. */
export function readsAsTrunk8(prefix: string): boolean {
  return (
    prefix.length >= 4 &&
    prefix[0] === '8' &&
    !isAllocatedCode(prefix.slice(0, 3)) &&
    isAllocatedCode(prefix.slice(1, 4))
  );
}

/** Prefixes as typed: space, comma, semicolon or line break between them; duplicates are merged (RTE-11). */
export function parsePrefixes(text: string, field = 'prefixes'): Result<readonly string[], Refusal> {
  const prefixes = new Set<string>();
  for (const part of text.split(/[\s,;]/)) {
    if (part === '') continue;
    const digits = part[0] === '+' ? part.slice(1) : part;
    if (!/^\d+$/.test(digits)) return refuse('prefix.notDigits', { prefix: part }, field);
    if (digits.length > MAX_PREFIX_DIGITS) return refuse('prefix.tooLong', { max: MAX_PREFIX_DIGITS }, field);
    prefixes.add(part);
  }
  if (prefixes.size === 0) return refuse('prefix.empty', {}, field);
  if (prefixes.size > MAX_PREFIXES) return refuse('prefix.tooMany', { max: MAX_PREFIXES }, field);
  return accept([...prefixes]);
}
