import { CAUSES } from '../cause/index.ts';
import type { DomainSnapshot, ForwardingRule, UserConfig } from '../config/index.ts';
import { outgoingNumber } from '../dialplan/index.ts';
import { type ForwardingVerdict, forwardingLevels } from '../forwarding/index.ts';
import type { UserId } from '../ids/index.ts';
import { findLogin } from '../lookup/index.ts';
import { formatDisplay, isE164 } from '../numbers/index.ts';
import { allows, directionClass, effectiveRestriction } from '../restrictions/index.ts';
import { type CheckStep, step } from './steps.ts';
import type { CheckKey } from './texts.ts';

/** USR-42.11. */
const TOTAL_LIMIT_S = 300;

/** What the check assumes about the world at that moment. */
export interface Circumstances {
  readonly config: DomainSnapshot;
  readonly wall: number;
  /** Left out: every login has a phone. */
  readonly registered?: ((user: UserId) => boolean) | undefined;
}

export interface Ringing {
  readonly steps: readonly CheckStep[];
  /** How long the scenario rings when nobody answers. */
  readonly seconds: number;
  /** An INVITE leaves. */
  readonly tried: boolean;
}

/** The contact numbers of a user, level after level, with what each would do. */
export function ringing(at: Circumstances, user: UserConfig): Ringing {
  const { levels, reasons } = forwardingLevels(at.config, user.id, at.wall);
  const steps: CheckStep[] = [];
  let now = 0;
  let tried = false;
  for (const level of levels) {
    if (now >= TOTAL_LIMIT_S) break;
    const left = TOTAL_LIMIT_S - now;
    const contacts = level.map(rule => contact(at, user, rule, left));
    const rung = level.filter((_, i) => contacts[i]?.key === 'contact.rings');
    const lasts = rung.reduce((longest, rule) => Math.max(longest, Math.min(left, rule.ringTime)), 0);
    steps.push(
      rung.length > 0
        ? step('level.rings', { from: now, to: now + lasts }, contacts)
        : step('level.nobody', {}, contacts),
    );
    now += lasts;
    tried ||= rung.length > 0;
  }
  if (levels.length === 0) steps.push(step('level.nobody'));
  return { steps: [...steps, ...reasons.flatMap(leftOut)], seconds: now, tried };
}

/** A call to a user and how it ends when he does not answer (USR-42.9). */
export function toUser(at: Circumstances, user: UserConfig): CheckStep {
  const { steps, seconds, tried } = ringing(at, user);
  const { noAnswer, nobody, busy } = CAUSES;
  const missed = tried ? noAnswer : nobody;
  const ends = [step('end.unanswered', { sip: missed.sip, q850: missed.q850, seconds })];
  if (tried) ends.unshift(step('end.busy', { sip: busy.sip, q850: busy.q850 }));
  return step('target.user', { name: user.displayName, number: user.extension }, [...steps, ...ends]);
}

function contact(at: Circumstances, user: UserConfig, rule: ForwardingRule, left: number): CheckStep {
  const why = rule.type === 'sip' ? phoneProblem(at, rule) : numberProblem(at.config, user, rule);
  const number = shown(rule);
  return why
    ? step(why, { number })
    : step('contact.rings', { number, seconds: Math.min(left, rule.ringTime) });
}

/** Only logins of the own domain ring (USR-38.4). */
function phoneProblem({ config, registered }: Circumstances, { target }: ForwardingRule): CheckKey | null {
  const at = target.lastIndexOf('@');
  if (at < 0) return 'contact.malformed';
  if (target.slice(at + 1).toLowerCase() !== config.name) return 'contact.foreign';
  const login = findLogin(config, target.slice(0, at));
  if (!login) return 'contact.malformed';
  return registered && !registered(login.id) ? 'contact.notRegistered' : null;
}

function numberProblem(
  config: DomainSnapshot,
  user: UserConfig,
  { target }: ForwardingRule,
): CheckKey | null {
  if (!isE164(target)) return 'contact.malformed';
  const direction = directionClass(target, config.homeCodes);
  if (!allows(effectiveRestriction(config, user), direction)) return 'contact.restricted';
  return outgoingNumber(config, user) === null ? 'contact.noNumber' : null;
}

function leftOut(verdict: ForwardingVerdict): CheckStep[] {
  if (verdict.reason === 'rings') return [];
  const { rule, reason } = verdict;
  return [
    step(
      `contact.${reason}`,
      { number: shown(rule) },
      [],
      reason === 'outsideSchedule' ? rule.schedule : null,
    ),
  ];
}

const shown = (rule: ForwardingRule): string =>
  rule.type === 'sip' ? rule.target : formatDisplay(rule.target);
