import type { ForwardingRule, UserConfig } from '@kommutator/model/config';
import { afterLevel, forwardingLevels } from '@kommutator/model/forwarding';
import { findLogin } from '@kommutator/model/lookup';
import type { Dialled, DialOptions, RingTarget } from '../call.ts';
import { ringFirst } from '../dial.ts';
import type { LiveCall } from '../live-call.ts';
import { isBusy, isCongested, type Missed, together } from '../outcome.ts';
import { divertedNumber } from '../path.ts';

/** A scenario never rings longer, whatever its levels add up to (USR-42.11). */
const TOTAL_LIMIT_MS = 300_000;

/**
 * Rings a user's contact numbers, level after level (USR-42 rules 1–8, 11). The list is fixed when the call reaches
 * him. Greeting and end node are the caller's of this function: groups use the contacts alone.
 * @throws LegEnded when `o.for` ends.
 */
export async function ringContacts(
  call: LiveCall,
  user: UserConfig,
  o: Pick<DialOptions, 'for' | 'alert' | 'signal'>,
): Promise<Dialled> {
  const { levels } = forwardingLevels(call.config, user.id, call.clock.wall());
  const limit = call.clock.deadline(TOTAL_LIMIT_MS);
  const divertedBy = { user, number: divertedNumber(call, user) };
  using ringing = call.house.pickups.put(call, user.id);
  /** What a level that was tried came to; before one was, that our own media failed. */
  let last: Missed = together([]);
  let tried = false;
  for (const [index, level] of levels.entries()) {
    if (limit.over || o.signal?.aborted) break;
    call.note({ type: 'level.started', user: user.id, level: index });
    const targets = level.map(rule => targetOf(call, user, rule));
    const dialled = await ringFirst(call, targets, { ...o, limit, divertedBy, ringing });
    if (dialled.kind === 'answered') return dialled;
    if (dialled.tried || !(tried || isCongested(last))) last = dialled;
    const busy = isBusy(dialled);
    if (afterLevel(busy ? 'busy' : 'unavailable', !tried) === 'end') return dialled;
    tried ||= dialled.tried;
  }
  return { ...last, kind: isBusy(last) ? 'unavailable' : last.kind, tried };
}

function targetOf(call: LiveCall, user: UserConfig, rule: ForwardingRule): RingTarget {
  const ringFor = rule.ringTime * 1000;
  const { target } = rule;
  if (rule.type !== 'sip') {
    return { kind: 'number', number: target, rule: rule.id, ringFor, onBehalfOf: user };
  }
  const at = target.lastIndexOf('@');
  const own = target.slice(at + 1).toLowerCase() === call.config.name;
  const login = own ? findLogin(call.config, target.slice(0, at)) : undefined;
  return login
    ? { kind: 'devices', user: login, rule: rule.id, ringFor }
    : { kind: 'uri', uri: `sip:${target}`, rule: rule.id, ringFor };
}
