/** Domains' configuration as reading use-cases see it: read once per version, kept while it is asked for. */
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import type { Store } from '@kommutator/store';

/** A snapshot of a large domain takes a few megabytes. */
const MOST_KEPT = 50;

export class Snapshots {
  readonly #store: Pick<Store, 'readIn' | 'loadDomain'>;
  readonly #kept = new Map<DomainId, DomainSnapshot>();

  constructor(store: Pick<Store, 'readIn' | 'loadDomain'>) {
    this.#store = store;
  }

  /** As committed now; null = there is no such domain. */
  async of(domain: DomainId): Promise<DomainSnapshot | null> {
    const row = await this.#store.readIn(domain, db =>
      db.selectFrom('domain').select('version').where('domain_id', '=', domain).executeTakeFirst(),
    );
    const kept = this.#kept.get(domain);
    this.#kept.delete(domain);
    if (!row) return null;
    const snapshot = kept?.version === Number(row.version) ? kept : await this.#store.loadDomain(domain);
    if (snapshot) this.#kept.set(domain, snapshot);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest) this.#kept.delete(oldest);
    return snapshot;
  }
}
