/** Direction classes (BIL-7) and who may call them (ACC-30, USR-35, ADM-21). */
import type { DomainSnapshot, Restriction, UserConfig } from '../config/index.ts';

export type DirectionClass =
  | 'internal'
  | 'local'
  | 'mobile'
  | 'intercity'
  | 'international'
  | 'tollfree'
  | 'emergency';

/** 112 always; 101–104 only where no such internal number exists, which the dial plan asks first (spec 00 §3.2). */
export const isEmergency = (dialled: string): boolean =>
  dialled === '112' || dialled === '101' || dialled === '102' || dialled === '103' || dialled === '104';

/**
 * Class of a number by the numbering plan alone.
 * @param number E.164 digits, an emergency number or an internal number
 * @param homeCodes area codes of the domain's home region; numbers in them are local
 */
export function directionClass(number: string, homeCodes: readonly string[]): DirectionClass {
  if (isEmergency(number)) return 'emergency';
  if (number.length <= 5) return 'internal';
  if (number[0] !== '7') return 'international';
  switch (number[1]) {
    case '6':
    case '7':
      return 'international'; // Kazakhstan shares country code 7
    case '9':
      return 'mobile';
    case '8':
      if (number.startsWith('7800') || number.startsWith('7804')) return 'tollfree';
  }
  for (const code of homeCodes) if (number.startsWith(code, 1)) return 'local';
  return 'intercity';
}

const ALLOWED: Readonly<Record<Restriction, (direction: DirectionClass) => boolean>> = {
  none: () => true,
  international: direction => direction !== 'international',
  intercity: direction => direction !== 'international' && direction !== 'intercity',
  internal_only: direction => direction === 'internal' || direction === 'emergency',
};

/** BIL-7.8. */
export const allows = (restriction: Restriction, direction: DirectionClass): boolean =>
  ALLOWED[restriction](direction);

/** The user's own value, else the domain's; calls without a user follow the domain's (ADM-21.2). */
export const effectiveRestriction = (config: DomainSnapshot, user: UserConfig | null): Restriction =>
  user?.restriction ?? config.restriction;
