import type { Clock } from '@kommutator/base';
import type { Composer } from '../composer.ts';
import type { TransactionTable } from '../transaction/table.ts';
import type { Timing } from '../transaction/timing.ts';
import type { DialogTable } from './dialog-table.ts';

/** What dialogs and INVITEs stand on. */
export interface Core {
  readonly clock: Clock;
  readonly timing: Timing;
  readonly table: TransactionTable;
  readonly composer: Composer;
  readonly dialogs: DialogTable;
  /** Interval of a session we ask for, s; null = sessions have no timer (RFC 4028). */
  readonly session: number | null;
  /** Calls the stack's user; an exception of his is written down and `otherwise` is done instead. */
  guard(run: () => void, otherwise?: () => void): void;
}
