import type { Clock } from '@kommutator/base';
import type { Store, StoreLog } from '@kommutator/store';
import type { AccessDesk, JobRunner, LiveView, Sessions, Snapshots } from '@kommutator/use-cases';

/** What the routes work with; the composition root plugs it in. */
export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly sessions: Sessions;
  readonly access: AccessDesk;
  /** Configuration of the domains. */
  readonly snapshots: Snapshots;
  /** What goes on now. */
  readonly live: LiveView;
  /** Makes exports. */
  readonly jobs: JobRunner;
  readonly health: () =>
    | { readonly status: 'ok' }
    | { readonly status: string; readonly missing: readonly string[] };
  /** Text of all metrics in the format of Prometheus, and its content type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/** What a handler is given besides. */
export interface RouteServices extends Services {
  /** The description of the API. */
  readonly openApi: () => object;
}
