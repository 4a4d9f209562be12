/** Numbers for people and for carriers. */
import type { TrunkConfig } from '../config/index.ts';
import type { E164 } from '../ids/index.ts';
import { normalise } from './normalise.ts';

export type TrunkNumberFormat = TrunkConfig['numberFormat'];

const isRussianForm = (digits: string): boolean => digits.length === 11 && digits[0] === '7';

/** «+7 (495) 920-44-55»: routing and reports (spec 00 §3.4). Foreign: `+375291234567`; shorter than eight digits: as it is. */
export function formatDisplay(digits: string): string {
  if (!isRussianForm(digits)) return digits.length < 8 ? digits : `+${digits}`;
  return `+7 (${digits.slice(1, 4)}) ${subscriber(digits)}`;
}

/** «+7 495 123-45-67»: number shop and dialler (spec 00 §3.4). Other numbers as {@link formatDisplay}. */
export function formatNational(digits: string): string {
  return isRussianForm(digits) ? `+7 ${digits.slice(1, 4)} ${subscriber(digits)}` : formatDisplay(digits);
}

const subscriber = (digits: string): string =>
  `${digits.slice(4, 7)}-${digits.slice(7, 9)}-${digits.slice(9)}`;

/** E.164 digits as the carrier wants them. Short numbers (emergency) are sent as they are. */
export function toTrunkFormat(digits: string, format: TrunkNumberFormat): string {
  if (digits.length < 8 || format === 'e164') return digits;
  if (format === 'plus') return `+${digits}`;
  return isRussianForm(digits) ? `8${digits.slice(1)}` : `810${digits}`;
}

/**
 * A number as the carrier wrote it → E.164; null = none or unreadable.
 * From a carrier of international form, eleven bare digits with an 8 are no Russian number (+84…, +81…).
 */
export function fromTrunk(text: string, format: TrunkNumberFormat): E164 | null {
  const international = format !== 'national8' && /^\d{11,15}$/.test(text) && !/^(?:810|00)/.test(text);
  const number = normalise(international ? `+${text}` : text);
  return number.kind === 'e164' ? number.digits : null;
}
