import type { DomainSnapshot, ForwardingRule } from '../config/index.ts';
import type { UserId } from '../ids/index.ts';
import { findUser } from '../lookup/index.ts';
import { isOpen } from '../schedule/index.ts';

/** Targets that ring together. */
export type ForwardingLevel = readonly ForwardingRule[];

export type ForwardingVerdict = { readonly rule: ForwardingRule } & (
  | { readonly reason: 'rings'; readonly level: number }
  /** `leftOut`: policy `scheduled-wins`, a rule of the same level has a schedule (USR-42.4). */
  | { readonly reason: 'disabled' | 'outsideSchedule' | 'leftOut' }
);

export interface ForwardingLevels {
  /** Ascending priority; empty = nobody is to be rung, straight to the end node. */
  readonly levels: readonly ForwardingLevel[];
  readonly reasons: readonly ForwardingVerdict[];
}

/**
 * Who rings when a call reaches the user: fixed for this call (USR-42 rules 1–4). The drawing uses it too.
 * @param wall when the call reached the user, Unix ms
 */
export function forwardingLevels(config: DomainSnapshot, userId: UserId, wall: number): ForwardingLevels {
  const rules = findUser(config, userId)?.forwarding ?? [];
  const reasons: ForwardingVerdict[] = [];
  const active: ForwardingRule[] = [];
  for (const rule of rules) {
    if (!rule.enabled) reasons.push({ rule, reason: 'disabled' });
    else if (!isOpen(rule.schedule, wall, config.timezone)) reasons.push({ rule, reason: 'outsideSchedule' });
    else active.push(rule);
  }
  const byPriority = new Map<number, ForwardingRule[]>();
  for (const rule of active.sort((a, b) => a.priority - b.priority)) {
    const level = byPriority.get(rule.priority);
    if (level) level.push(rule);
    else byPriority.set(rule.priority, [rule]);
  }
  const levels: ForwardingLevel[] = [];
  for (const together of byPriority.values()) {
    const scheduledOnly =
      config.forwardingPolicy === 'scheduled-wins' && together.some(rule => rule.schedule.length > 0);
    const level = scheduledOnly ? together.filter(rule => rule.schedule.length > 0) : together;
    for (const rule of together) {
      reasons.push(
        level.includes(rule) ? { rule, reason: 'rings', level: levels.length } : { rule, reason: 'leftOut' },
      );
    }
    levels.push(level);
  }
  return { levels, reasons };
}
