import type { Clock, Ms } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { Log } from '@kommutator/telephony';

type Key = Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>;

/** What the mirror needs of the store. */
interface RegistrationTable {
  saveRegistrations(upserts: readonly RegistrationRecord[], removals: readonly Key[]): Promise<void>;
  loadRegistrations(): Promise<readonly RegistrationRecord[]>;
}

export interface MirrorOptions {
  readonly table: RegistrationTable;
  /** What signalling has registered, or null when it is away or nothing has changed since `revision`. */
  readonly ask: (
    revision: number,
  ) => Promise<{ readonly revision: number; readonly records: readonly RegistrationRecord[] } | null>;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY: Ms = 30_000;
const keyOf = (record: Key): string => `${record.domain} ${record.login} ${record.contact}`;

/** Copies registrations to the database now and then, so that the loss of a machine does not silence its phones. */
export class RegistrationMirror {
  readonly #options: MirrorOptions;
  #known: Map<string, RegistrationRecord> | null = null;
  #revision = 0;
  #failing = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.copy();
        this.#failing = false;
      } catch (error) {
        if (!this.#failing)
          this.#options.log.warn({ error: String(error) }, 'registrations are not copied to the database');
        this.#failing = true;
      }
      await this.#options.clock.sleep(EVERY, signal).catch(() => {});
    }
  }

  /** Writes what has changed since the last copy. */
  async copy(): Promise<void> {
    const now = await this.#options.ask(this.#revision);
    if (!now) return;
    const { table } = this.#options;
    const before = this.#known ?? new Map((await table.loadRegistrations()).map(each => [keyOf(each), each]));
    const present = new Map(now.records.map(each => [keyOf(each), each]));
    const upserts = now.records.filter(each => {
      const old = before.get(keyOf(each));
      return !old || old.expiresAt !== each.expiresAt || old.cseq !== each.cseq || old.callId !== each.callId;
    });
    const removals = [...before].filter(([key]) => !present.has(key)).map(([, each]) => each);
    await table.saveRegistrations(upserts, removals);
    this.#known = present;
    this.#revision = now.revision;
  }
}
