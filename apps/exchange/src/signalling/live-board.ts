import type { Clock, Ms, Timer } from '@kommutator/base';
import type { CallEvent, RegistrationRecord } from '@kommutator/model/events';
import type { CallId, DomainId, UserId } from '@kommutator/model/ids';
import type { LiveCall, LiveDevices, LiveNews } from '@kommutator/model/live';
import type { RegistrationStore, Watchers } from '@kommutator/telephony';
import { LiveFold } from '@kommutator/telephony/projections';

export interface LiveBoardOptions {
  readonly clock: Clock;
  /** Takes the news on; what it cannot take is lost. */
  readonly tell: (news: LiveNews) => void;
}

/** News of so long go in one message: a screen is drawn no faster, and a call changes ten times in its first second. */
const GATHER: Ms = 40;

type Key = Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>;

interface Phones {
  readonly domain: DomainId;
  readonly user: UserId;
  readonly contacts: Set<string>;
  since: number;
}

/**
 * Calls and phones as they are now, for live screens. Bounded by the calls and registrations there are; every message
 * holds whole states, so one that is lost is made good by the next.
 */
export class LiveBoard implements Pick<Watchers, 'event'> {
  readonly #options: LiveBoardOptions;
  readonly #calls = new Map<CallId, LiveFold>();
  readonly #phones = new Map<string, Phones>();
  readonly #owners = new Map<string, Phones>();
  readonly #changed = new Set<LiveFold>();
  readonly #moved = new Set<Phones>();
  #ended: { domain: DomainId; call: CallId; at: number }[] = [];
  #timer: Timer | null = null;

  constructor(options: LiveBoardOptions) {
    this.#options = options;
  }

  event(call: CallId, domain: DomainId, at: number, event: CallEvent): void {
    if (event.type === 'call.started') {
      const fold = new LiveFold({ call, domain, at }, event);
      this.#calls.set(call, fold);
      this.#changed.add(fold);
      this.#soon();
      return;
    }
    const fold = this.#calls.get(call);
    if (!fold) return;
    if (event.type === 'call.ended') {
      this.#calls.delete(call);
      this.#changed.delete(fold);
      this.#ended.push({ domain, call, at });
    } else if (fold.follow(at, event)) this.#changed.add(fold);
    else return;
    this.#soon();
  }

  /** The registrar's store, looked at while it works. */
  watch(store: RegistrationStore): RegistrationStore {
    for (const record of store.load()) this.#bound(record);
    return {
      load: () => store.load(),
      save: record => {
        store.save(record);
        this.#bound(record);
      },
      remove: record => {
        store.remove(record);
        this.#gone(record);
      },
    };
  }

  /** Everything as it is now: for one who has just come. */
  get all(): LiveNews {
    return {
      calls: Array.from(this.#calls.values(), fold => fold.now),
      ended: [],
      devices: Array.from(this.#phones.values(), devicesOf),
    };
  }

  close(): void {
    this.#timer?.cancel();
  }

  #bound(record: RegistrationRecord): void {
    const contact = contactOf(record);
    if (this.#owners.has(contact)) return;
    const key = `${record.domain} ${record.user}`;
    let phones = this.#phones.get(key);
    if (!phones) {
      phones = { domain: record.domain, user: record.user, contacts: new Set(), since: 0 };
      this.#phones.set(key, phones);
    }
    phones.contacts.add(contact);
    this.#owners.set(contact, phones);
    this.#move(phones, phones.contacts.size === 1);
  }

  #gone(record: Key): void {
    const contact = contactOf(record);
    const phones = this.#owners.get(contact);
    if (!phones) return;
    this.#owners.delete(contact);
    phones.contacts.delete(contact);
    if (phones.contacts.size === 0) this.#phones.delete(`${phones.domain} ${phones.user}`);
    this.#move(phones, phones.contacts.size === 0);
  }

  #move(phones: Phones, turned: boolean): void {
    if (turned) phones.since = this.#options.clock.wall();
    this.#moved.add(phones);
    this.#soon();
  }

  #soon(): void {
    this.#timer ??= this.#options.clock.after(GATHER, () => this.#tell());
  }

  #tell(): void {
    this.#timer = null;
    const calls: LiveCall[] = Array.from(this.#changed, fold => fold.now);
    const news = { calls, ended: this.#ended, devices: Array.from(this.#moved, devicesOf) };
    this.#changed.clear();
    this.#moved.clear();
    this.#ended = [];
    this.#options.tell(news);
  }
}

const contactOf = ({ domain, login, contact }: Key): string => `${domain} ${login} ${contact}`;

const devicesOf = ({ domain, user, contacts, since }: Phones): LiveDevices => ({
  domain,
  user,
  devices: contacts.size,
  since,
});
