import { CAUSES, type Cause } from '../cause/index.ts';
import type { DomainSnapshot, GroupConfig, NumberConfig, UserConfig } from '../config/index.ts';
import type { CallEvent } from '../events/index.ts';
import type { DomainId, E164 } from '../ids/index.ts';
import { type Extension, findExtension, findNumber } from '../lookup/index.ts';
import { normaliseDialled, stripDialled } from '../numbers/index.ts';
import {
  allows,
  type DirectionClass,
  directionClass,
  effectiveRestriction,
  isEmergency,
} from '../restrictions/index.ts';
import { outgoingNumber } from './outgoing-number.ts';

/** What the dial plan asks of the whole exchange. */
export interface NumberDirectory {
  domainOfNumber(digits: string): DomainId | null;
}

/** A recorded announcement, as the media engine names its clips. */
export type Announcement = 'announcement:forbidden' | 'announcement:no-number' | 'announcement:not-exist';

/** The steps of spec 00 §3.4, in their order; the last one of a decision is where it was taken. */
export type DialStep =
  | 'emergency112'
  | 'extension'
  | 'emergencyShort'
  | 'featureCode'
  | 'ownNumber'
  | 'publicNumber'
  | 'restriction'
  | 'outgoingNumber';

export type DialDecision = { readonly reasons: readonly DialStep[] } & (
  | { readonly kind: 'user'; readonly user: UserConfig }
  | { readonly kind: 'group'; readonly group: GroupConfig }
  | { readonly kind: 'service'; readonly service: 'echo'; readonly extension: string }
  /** An own number dialled in full: its rules, as an internal call (RTE-15.12). */
  | { readonly kind: 'ownNumber'; readonly number: NumberConfig }
  /** `extension`: directed pick-up of that user's call (USR-20.5). */
  | { readonly kind: 'pickup'; readonly extension: string | null }
  | {
      readonly kind: 'pstn';
      readonly number: E164;
      readonly direction: DirectionClass;
      readonly outgoingNumber: E164;
      /** The domain of this exchange that has the number: the trunk brings the call back. */
      readonly connectedTo: DomainId | null;
    }
  | { readonly kind: 'emergency'; readonly number: string; readonly outgoingNumber: E164 | null }
  | {
      readonly kind: 'refused';
      readonly cause: Cause;
      readonly announcement: Announcement;
      readonly event: CallEvent;
    }
);

const STEPS: readonly DialStep[] = [
  'emergency112',
  'extension',
  'emergencyShort',
  'featureCode',
  'ownNumber',
  'publicNumber',
  'restriction',
  'outgoingNumber',
];
/** Reasons by the step a decision was taken at: shared arrays, nothing is built on the call path. */
const UP_TO = new Map(STEPS.map((step, i) => [step, STEPS.slice(0, i + 1)]));
const reasonsOf = (step: DialStep): readonly DialStep[] => UP_TO.get(step) ?? [];

/**
 * What a user's dialled string means: 112 › own internal number › 101–104 › codes › own number in full › public network
 * with restrictions (spec 00 §3.4, ADM-12.3, ACC-30, ACC-15).
 * @param dialled user part of the Request-URI, percent-decoded
 */
export function dialPlan(
  config: DomainSnapshot,
  user: UserConfig,
  dialled: string,
  directory: NumberDirectory,
): DialDecision {
  const string = stripDialled(dialled);
  if (string === '112') return emergency(config, user, string, 'emergency112');
  const extension = findExtension(config, string);
  if (extension) return internal(extension);
  if (isEmergency(string)) return emergency(config, user, string, 'emergencyShort');
  const code = pickup(config, string);
  if (code) return code;
  if (string[0] === '*' || string[0] === '#') return unknown(dialled, 'featureCode');
  const number = normaliseDialled(string, config.homeCodes);
  if (number.kind !== 'e164') return unknown(dialled, 'publicNumber');
  const own = findNumber(config, number.digits);
  if (own) return { kind: 'ownNumber', number: own, reasons: reasonsOf('ownNumber') };
  return publicNumber(config, user, number.digits, directory);
}

function internal(extension: Extension): DialDecision {
  return { ...extension, reasons: reasonsOf('extension') };
}

function emergency(config: DomainSnapshot, user: UserConfig, number: string, step: DialStep): DialDecision {
  return {
    kind: 'emergency',
    number,
    outgoingNumber: outgoingNumber(config, user),
    reasons: reasonsOf(step),
  };
}

/** The pick-up number itself, or with an existing internal number after it (ADM-12.3, ADM-20). */
function pickup(config: DomainSnapshot, dialled: string): DialDecision | null {
  const code = config.pickupCode;
  if (!code || !dialled.startsWith(code)) return null;
  const reasons = reasonsOf('featureCode');
  if (dialled.length === code.length) return { kind: 'pickup', extension: null, reasons };
  const extension = dialled.slice(code.length);
  return findExtension(config, extension) ? { kind: 'pickup', extension, reasons } : null;
}

function publicNumber(
  config: DomainSnapshot,
  user: UserConfig,
  number: E164,
  directory: NumberDirectory,
): DialDecision {
  const direction = directionClass(number, config.homeCodes);
  if (!allows(effectiveRestriction(config, user), direction)) {
    return refused('announcement:forbidden', { type: 'direction.forbidden', number }, 'restriction');
  }
  const shown = outgoingNumber(config, user);
  if (shown === null) {
    return refused('announcement:no-number', { type: 'outgoingNumber.none' }, 'outgoingNumber');
  }
  return {
    kind: 'pstn',
    number,
    direction,
    outgoingNumber: shown,
    connectedTo: directory.domainOfNumber(number),
    reasons: reasonsOf('outgoingNumber'),
  };
}

function refused(announcement: Announcement, event: CallEvent, step: DialStep): DialDecision {
  return { kind: 'refused', cause: CAUSES.forbidden, announcement, event, reasons: reasonsOf(step) };
}

function unknown(dialled: string, step: DialStep): DialDecision {
  return {
    kind: 'refused',
    cause: CAUSES.unknownNumber,
    announcement: 'announcement:not-exist',
    event: { type: 'number.unknown', number: dialled },
    reasons: reasonsOf(step),
  };
}
