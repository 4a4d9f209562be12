import type { Ms } from '@kommutator/base';
import type { ClipId } from '../protocol.ts';

/** One stretch of a tone: `hz` 0 is a pause. */
export interface Stretch {
  readonly hz: number;
  readonly ms: Ms;
}

export type ToneName = 'ringback' | 'busy' | 'congestion' | 'dial' | 'confirm' | 'error';

const twice = (...pair: Stretch[]): Stretch[] => [...pair, ...pair];

/**
 * One round of every tone the engine makes. 425 Hz and its cadences are the Russian network's (and ITU-T E.180's):
 * ringback 0.8/3.2 s, busy 0.35/0.35 s, congestion 0.175/0.175 s. Every round is a multiple of 20 ms.
 */
export const CADENCES: { readonly [name in ToneName]: readonly Stretch[] } = {
  ringback: [
    { hz: 425, ms: 800 },
    { hz: 0, ms: 3_200 },
  ],
  busy: [
    { hz: 425, ms: 350 },
    { hz: 0, ms: 350 },
  ],
  // Two rounds of 175/175 ms make whole frames.
  congestion: twice({ hz: 425, ms: 175 }, { hz: 0, ms: 175 }),
  dial: [{ hz: 425, ms: 1_000 }],
  confirm: twice({ hz: 1_400, ms: 100 }, { hz: 0, ms: 100 }),
  error: [...twice({ hz: 425, ms: 200 }, { hz: 0, ms: 200 }), { hz: 425, ms: 200 }, { hz: 0, ms: 200 }],
};

/** Length of one round of a tone in ms: a tone that is not looped sounds for one round. */
export const roundOf = (tone: ToneName): Ms => CADENCES[tone].reduce((sum, s) => sum + s.ms, 0);

/** What a clip name asks for: a tone made here, a pause, a file, or nothing we know. */
export type ClipKind =
  | { readonly is: 'tone'; readonly tone: ToneName }
  | { readonly is: 'silence'; readonly ms: Ms }
  | { readonly is: 'file'; readonly kind: string; readonly name: string }
  | { readonly is: 'unknown' };

/** The longest pause a playlist may ask for, ms. */
const LONGEST_PAUSE = 3_600_000;
/** Both halves of a clip name are plain words, so no name can climb out of the prompts folder. */
const WORD = /^[a-z0-9][a-z0-9_-]{0,99}$/i;

/** Reads a {@link ClipId}; never throws. */
export function clipKind(id: ClipId): ClipKind {
  const colon = id.indexOf(':');
  const kind = id.slice(0, colon);
  const name = id.slice(colon + 1);
  if (colon <= 0) return { is: 'unknown' };
  if (kind === 'tone') return isTone(name) ? { is: 'tone', tone: name } : { is: 'unknown' };
  if (kind === 'silence') {
    const ms = Number(name);
    return Number.isInteger(ms) && ms > 0 && ms <= LONGEST_PAUSE ? { is: 'silence', ms } : { is: 'unknown' };
  }
  return WORD.test(kind) && WORD.test(name) ? { is: 'file', kind, name } : { is: 'unknown' };
}

const isTone = (name: string): name is ToneName => Object.hasOwn(CADENCES, name);
