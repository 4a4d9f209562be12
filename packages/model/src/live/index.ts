/** What is going on now, as live screens show it. It may be lost; it is never what is decided by. */
import type { CallDirection } from '../events/index.ts';
import type { CallId, DomainId, UserId } from '../ids/index.ts';
import type { CallKind } from '../record/index.ts';

/** One side of a call as a journal names it. */
export interface LiveParty {
  readonly kind: 'user' | 'group' | 'pstn' | 'service';
  /** Internal number, E.164 digits, or '' when hidden. */
  readonly number: string;
  readonly name: string;
}

/** A user in a call: it rings at him, or his line is in use (ADM-49). */
export interface LiveUser {
  readonly user: UserId;
  readonly state: 'ringing' | 'busy';
  /** Number of the other side. */
  readonly peer: string;
}

/** A call that goes on, whole: the last word about it is all that matters. */
export interface LiveCall {
  readonly call: CallId;
  readonly domain: DomainId;
  /** Unix ms. */
  readonly startedAt: number;
  readonly direction: CallDirection;
  /** As it would stand in the journal if it ended now. */
  readonly kind: CallKind;
  readonly line: string | null;
  readonly from: LiveParty;
  readonly to: LiveParty;
  readonly answeredAt: number | null;
  readonly users: readonly LiveUser[];
  /** Legs to the public network that were sent out by us: outgoing channels in use. */
  readonly outside: number;
}

/** Phones of a user that are registered, and since when it is so. */
export interface LiveDevices {
  readonly domain: DomainId;
  readonly user: UserId;
  readonly devices: number;
  /** Unix ms. */
  readonly since: number;
}

/** What changed since the last word; each part replaces what was said of the same call or user before. */
export interface LiveNews {
  readonly calls: readonly LiveCall[];
  /** Unix ms each. */
  readonly ended: readonly { readonly domain: DomainId; readonly call: CallId; readonly at: number }[];
  readonly devices: readonly LiveDevices[];
}

/** USR-3, with ADM-49's states of a line. `since` of ringing and busy is the beginning of that call. */
export interface Presence {
  readonly state: 'offline' | 'online' | 'ringing' | 'busy';
  readonly devices: number;
  /** Unix ms; 0 = not known. */
  readonly since: number;
  readonly peer?: string;
}

/** In use wins over ringing, ringing over registered. */
export function presenceOf(
  user: UserId,
  calls: Iterable<LiveCall>,
  devices: Pick<LiveDevices, 'devices' | 'since'> | undefined,
): Presence {
  const count = devices?.devices ?? 0;
  let ringing: Presence | null = null;
  for (const call of calls)
    for (const each of call.users) {
      if (each.user !== user) continue;
      const now: Presence = {
        state: each.state,
        devices: count,
        since: each.state === 'busy' ? (call.answeredAt ?? call.startedAt) : call.startedAt,
        peer: each.peer,
      };
      if (each.state === 'busy') return now;
      ringing ??= now;
    }
  return ringing ?? { state: count > 0 ? 'online' : 'offline', devices: count, since: devices?.since ?? 0 };
}
