import type { ChildState } from '../parent/child.ts';

/** How the whole product is, as the parent knows it. */
export interface HouseStatus {
  readonly pid: number;
  readonly children: readonly {
    readonly name: string;
    readonly state: ChildState;
    readonly pid: number | null;
    readonly restarts: number;
  }[];
  readonly database: 'starting' | 'ready' | 'away';
  /** Address of its owner; '' = not known yet. */
  readonly databaseUrl: string;
  /** What is missing for calls to be taken; null = not known yet. */
  readonly missing: readonly string[] | null;
  readonly calls: number;
  readonly draining: boolean;
}

type NoEvents = Readonly<Record<never, unknown>>;

/** Command line → parent. */
export type ToParent = {
  readonly events: NoEvents;
  readonly requests: {
    readonly status: { readonly ask: null; readonly answer: HouseStatus };
    readonly drain: { readonly ask: null; readonly answer: null };
  };
};

/** Parent → command line. */
export type FromParent = {
  readonly events: NoEvents;
  readonly requests: Readonly<Record<never, { readonly ask: unknown; readonly answer: unknown }>>;
};
