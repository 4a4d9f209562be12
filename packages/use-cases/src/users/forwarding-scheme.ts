/** The scheme of a user's incoming calls (USR-37, USR-42), with why a contact number does not ring now. */
import type { DomainSnapshot, UserConfig } from '@kommutator/model/config';
import { forwardingLevels } from '@kommutator/model/forwarding';
import type { Language } from '@kommutator/model/messages';
import { summary } from '@kommutator/model/schedule';

export interface ForwardingScheme {
  readonly rules: readonly {
    readonly id: string;
    readonly type: string;
    readonly target: string;
    readonly priority: number;
    /** Seconds. */
    readonly ringTime: number;
    /** In words; null = always. */
    readonly schedule: string | null;
    readonly enabled: boolean;
    /** `rings`, or why not at this moment. */
    readonly now: 'rings' | 'disabled' | 'outsideSchedule' | 'leftOut';
  }[];
  readonly voicemailOn: boolean;
}

/** @param wall Unix ms for which it is judged. */
export function forwardingScheme(
  config: DomainSnapshot,
  user: UserConfig,
  wall: number,
  language: Language,
): ForwardingScheme {
  const { reasons } = forwardingLevels(config, user.id, wall);
  const verdicts = new Map(reasons.map(({ rule, reason }) => [rule.id, reason]));
  return {
    rules: user.forwarding.map(({ id, type, target, priority, ringTime, schedule, enabled }) => ({
      id,
      type,
      target,
      priority,
      ringTime,
      schedule: schedule.length === 0 ? null : summary(schedule, language),
      enabled,
      now: verdicts.get(id) ?? 'disabled',
    })),
    voicemailOn: user.voicemailOn,
  };
}
