import type { CallEvent, JournalRecord, Party } from '@kommutator/model/events';
import type { LegId, UserId } from '@kommutator/model/ids';
import type { LiveCall, LiveParty, LiveUser } from '@kommutator/model/live';
import { callKind } from '@kommutator/model/record';

type Started = Extract<CallEvent, { type: 'call.started' }>;

interface LegNow {
  readonly party: Party;
  readonly user: UserId | null;
  readonly caller: boolean;
  answered: boolean;
}

/** A call that goes on, followed event by event; cheap, because every event of every call comes by. */
export class LiveFold {
  readonly #record: Omit<JournalRecord, 'event' | 'v' | 'seq'>;
  readonly #started: Started;
  readonly #legs = new Map<LegId, LegNow>();
  /** Forwarding numbers rung, and whose they are. */
  #owners: Map<string, UserId> | null = null;
  #to: LiveParty;
  #toGroup = false;
  #answeredAt: number | null = null;

  constructor(record: Omit<JournalRecord, 'event' | 'v' | 'seq'>, started: Started) {
    this.#record = record;
    this.#started = started;
    const number =
      started.direction === 'out' ? started.dialled : (started.number?.digits ?? started.dialled);
    this.#to = { kind: started.direction === 'out' ? 'pstn' : 'service', number, name: '' };
  }

  /** @returns whether anything a screen shows has changed. */
  follow(at: number, event: CallEvent): boolean {
    switch (event.type) {
      case 'wanted': {
        const { what } = event;
        const name = 'name' in what ? what.name : '';
        this.#to = {
          kind: what.kind === 'number' ? 'pstn' : what.kind,
          number: what.number || this.#to.number,
          name,
        };
        this.#toGroup = what.kind === 'group';
        return true;
      }
      case 'target.rang':
        if (event.user && event.rule) {
          this.#owners ??= new Map();
          this.#owners.set(event.number, event.user);
        }
        return false;
      case 'leg.started': {
        const { party, role } = event;
        const user = party.user ?? this.#owners?.get(party.number) ?? null;
        this.#legs.set(event.leg, { party, user, caller: role === 'caller', answered: false });
        return user !== null || party.kind === 'pstn';
      }
      case 'leg.answered': {
        const leg = this.#legs.get(event.leg);
        if (leg) leg.answered = true;
        return leg?.user !== null;
      }
      case 'leg.ended':
        return this.#legs.delete(event.leg);
      case 'talk.started':
      case 'service.started':
        if (this.#answeredAt !== null) return false;
        this.#answeredAt = at;
        return true;
      default:
        return false;
    }
  }

  /** As it is now. */
  get now(): LiveCall {
    const { call, domain, at } = this.#record;
    const { direction, number, from } = this.#started;
    return {
      call,
      domain,
      startedAt: at,
      direction,
      kind: callKind({
        direction,
        ownNumber: number !== undefined,
        toGroup: this.#toGroup,
        answered: this.#answeredAt !== null,
      }),
      line: number?.digits ?? null,
      from: { kind: from.kind, number: from.number, name: from.name },
      to: this.#to,
      answeredAt: this.#answeredAt,
      users: this.#users(),
      outside: this.#outside(),
    };
  }

  #users(): readonly LiveUser[] {
    const users: LiveUser[] = [];
    for (const { user, caller, answered } of this.#legs.values()) {
      if (user === null) continue;
      const state = caller || answered ? 'busy' : 'ringing';
      const peer = caller ? this.#to.number : this.#started.from.number;
      const known = users.findIndex(each => each.user === user);
      if (known < 0) users.push({ user, state, peer });
      else if (state === 'busy') users[known] = { user, state, peer };
    }
    return users;
  }

  #outside(): number {
    let count = 0;
    for (const { party, caller } of this.#legs.values()) if (!caller && party.kind === 'pstn') count++;
    return count;
  }
}
